#pragma once

#include "merkit/core/motion_store.h"

#include <memory>

namespace merkit {

/// Keeps motion in memory for the length of a run, so that many trainings on the same clips measure it once. What
/// `beneath` has is taken from there, and put there; null for nothing beneath.
std::shared_ptr<const MotionStore> memory_motion_store(std::shared_ptr<const MotionStore> beneath = nullptr);

}  // namespace merkit
