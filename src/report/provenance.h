#pragma once

#include "merkit/report/provenance.h"

#include <nlohmann/json.hpp>

namespace merkit {

/// tool, command, config, seed, threads, device, model: the part that every document shares.
nlohmann::ordered_json to_json(const Provenance& provenance);

/// Four to six decimals are what the figures are worth; more would only differ between machines.
double rounded(double value);

}  // namespace merkit
