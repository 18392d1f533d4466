#pragma once

#include "merkit/core/state_store.h"
#include "merkit/pipeline/cache.h"

#include <memory>

namespace merkit {

/// Keeps states of training in memory for the length of a run, and in `beneath` for later ones; null for nothing
/// beneath.
std::shared_ptr<const StateStore> state_store(std::shared_ptr<const Cache> beneath = nullptr);

}  // namespace merkit
