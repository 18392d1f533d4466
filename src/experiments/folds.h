#pragma once

#include "merkit/experiments/recognition_plan.h"

#include <cstdint>
#include <string>
#include <vector>

namespace merkit {

/// Each name once, in order of its first appearance.
std::vector<std::string> distinct(const std::vector<std::string>& names);

/// Every group with every seed: all folds of the first seed come first.
std::vector<FoldTask> tasks_of(const std::vector<std::string>& groups, const std::vector<std::uint64_t>& seeds);

/// Throws ConfigError for no seed, or one given twice.
void check_seeds(const std::vector<std::uint64_t>& seeds);

/// Throws InputError for fewer than two groups; `held_out` and `what` ("12 clips") go into the message.
void check_groups(const std::vector<std::string>& groups, const std::string& held_out, const std::string& what);

}  // namespace merkit
