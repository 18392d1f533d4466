#include "experiments/folds.h"

#include "merkit/core/error.h"

#include <cstdio>
#include <set>

namespace merkit {

std::string FoldTask::name() const {
  char text[64];
  std::snprintf(text, sizeof text, "fold%03d-seed%llu", fold, static_cast<unsigned long long>(seed));
  return text;
}

std::vector<std::string> distinct(const std::vector<std::string>& names) {
  std::vector<std::string> result;
  std::set<std::string> seen;
  for (const auto& name : names)
    if (seen.insert(name).second) result.push_back(name);
  return result;
}

std::vector<FoldTask> tasks_of(const std::vector<std::string>& groups, const std::vector<std::uint64_t>& seeds) {
  std::vector<FoldTask> result;
  for (const std::uint64_t seed : seeds)
    for (std::size_t fold = 0; fold < groups.size(); ++fold)
      result.push_back({static_cast<int>(fold), seed, groups[fold]});
  return result;
}

void check_seeds(const std::vector<std::uint64_t>& seeds) {
  if (seeds.empty()) throw ConfigError("a run needs at least one seed");
  if (std::set<std::uint64_t>(seeds.begin(), seeds.end()).size() != seeds.size())
    throw ConfigError("a seed is given twice");
}

void check_groups(const std::vector<std::string>& groups, const std::string& held_out, const std::string& what) {
  if (groups.size() < 2)
    throw InputError("there is only one " + held_out + " among the " + what + ", so none can be held out",
                     "check the manifest's " + held_out + " column and the protocol");
}

}  // namespace merkit
