#pragma once

#include "cli/options.h"
#include "merkit/report/provenance.h"

#include <string>
#include <utility>
#include <vector>

namespace merkit::cli {

/// What this run was asked for, for the record; the device and the model are filled in by the command.
Provenance provenance_of(const CommonOptions& options, const EffectiveSettings& settings,
                         const std::vector<std::pair<std::string, Settings>>& methods = {});

}  // namespace merkit::cli
