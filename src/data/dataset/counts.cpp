#include "data/dataset/counts.h"

#include "data/dataset/text.h"

#include <set>

namespace merkit::dataset {

DatasetCounts count_rows(const std::vector<Fields>& rows) {
  static const std::pair<const char*, const char*> kinds[] = {{"emotion", "emotions"},
                                                              {"objective_class", "objective_classes"},
                                                              {"expression", "expressions"},
                                                              {"split", "splits"},
                                                              {"dataset", "datasets"}};
  DatasetCounts counts;
  std::set<std::string> subjects;
  for (const auto& row : rows) {
    ++counts["clips"];
    subjects.insert(row.at("dataset") + "/" + row.at("subject"));
    for (const auto& [column, kind] : kinds)
      if (const auto found = row.find(column); found != row.end() && !found->second.empty())
        ++counts[std::string(kind) + "/" + folded(found->second)];
  }
  counts["subjects"] = static_cast<int>(subjects.size());
  return counts;
}

std::vector<std::string> mismatches(const std::vector<Expectation>& alternatives, const DatasetCounts& counts) {
  std::vector<std::string> nearest;
  for (std::size_t i = 0; i < alternatives.size(); ++i) {
    std::vector<std::string> found;
    for (const auto& [what, published] : alternatives[i].counts) {
      const auto here = counts.find(what);
      const int count = here == counts.end() ? 0 : here->second;
      if (count != published)
        found.push_back(what + ": " + std::to_string(count) + " here, " + std::to_string(published) + " published" +
                        (alternatives[i].what.empty() ? "" : " (" + alternatives[i].what + ")"));
    }
    if (i == 0 || found.size() < nearest.size()) nearest = std::move(found);
  }
  return nearest;
}

}  // namespace merkit::dataset
