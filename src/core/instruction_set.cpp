#include "merkit/core/instruction_set.h"

#include "merkit/core/error.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdlib>

#include <hwy/highway.h>

namespace merkit {
namespace {

std::vector<std::int64_t> targets() {
  // Highway's own list holds the fallback only where nothing better was compiled; it can always run.
  std::vector<std::int64_t> result;
  for (std::int64_t all = HWY_TARGETS | HWY_STATIC_TARGET; all != 0; all &= all - 1) {
    const std::int64_t target = all & -all;
    if ((hwy::SupportedTargets() & target) != 0 || target == HWY_STATIC_TARGET) result.push_back(target);
  }
  return result;
}

std::string choose() {
  const auto usable = targets();
  std::int64_t chosen = usable.front();
  if (const char* wanted = std::getenv("MERKIT_SIMD"); wanted && *wanted) {
    const auto matches = [&](std::int64_t target) {
      const std::string name = hwy::TargetName(target), given = wanted;
      return std::equal(name.begin(), name.end(), given.begin(), given.end(),
                        [](unsigned char a, unsigned char b) { return std::toupper(a) == std::toupper(b); });
    };
    const auto found = std::find_if(usable.begin(), usable.end(), matches);
    if (found == usable.end()) throw_unknown_name("instruction set of MERKIT_SIMD", wanted, instruction_sets());
    chosen = *found;
  }
  hwy::GetChosenTarget().Update(chosen);
  return hwy::TargetName(chosen);
}

}  // namespace

const std::string& instruction_set() {
  static const std::string name = choose();
  return name;
}

std::vector<std::string> instruction_sets() {
  std::vector<std::string> names;
  for (const std::int64_t target : targets()) names.emplace_back(hwy::TargetName(target));
  return names;
}

}  // namespace merkit
