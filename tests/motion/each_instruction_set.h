#pragma once

#include "merkit/core/instruction_set.h"

#include <cstdint>
#include <string>

#include <gtest/gtest.h>
#include <hwy/highway.h>

namespace merkit::testing {

/// Runs `check` with the kernels of every instruction set that this machine has, then goes back to the usual one.
template <class Check>
void for_each_instruction_set(Check&& check) {
  const std::string usual = instruction_set();
  const auto target_named = [](const std::string& name) {
    for (std::int64_t bit = 1; bit > 0; bit <<= 1)
      if (hwy::TargetName(bit) == name) return bit;
    return std::int64_t{HWY_STATIC_TARGET};
  };
  for (const std::string& name : instruction_sets()) {
    SCOPED_TRACE(name);
    hwy::GetChosenTarget().Update(target_named(name));
    check();
  }
  hwy::GetChosenTarget().Update(target_named(usual));
}

}  // namespace merkit::testing
