#include "data/dataset/pictures.h"

#include "data/dataset/text.h"
#include "merkit/core/error.h"

namespace merkit::dataset {
namespace {

std::vector<std::string> variant_names(const DatasetLayout& layout) {
  std::vector<std::string> names;
  for (const auto& variant : layout.variants) names.push_back(variant.name);
  return names;
}

std::vector<const Variant*> candidates(const DatasetLayout& layout, const std::string& asked) {
  if (!asked.empty()) {
    if (const Variant* variant = layout.find_variant(asked)) return {variant};
    throw_unknown_name("variant of " + layout.name, asked, variant_names(layout));
  }
  std::vector<const Variant*> all;
  for (const auto& variant : layout.variants) all.push_back(&variant);
  return all;
}

void take_match(Record& record, const std::vector<Match>& found) {
  record.folder = found.empty() ? std::nullopt : std::optional(found.front());
  record.ambiguous.clear();
  if (found.size() < 2) return;
  std::vector<std::string> paths;
  for (const auto& match : found) paths.push_back(match.path.generic_string());
  record.ambiguous = joined(paths);
}

bool match_folders(const Variant& variant, Tree& tree, Pictures& pictures) {
  std::size_t most = 0;
  for (const auto& pattern : variant.frames) {
    std::vector<std::vector<Match>> found;
    std::size_t count = 0;
    for (const auto& record : pictures.records) {
      found.push_back(record.problem.empty() ? tree.find(pattern, record.row.fields, variant.video)
                                             : std::vector<Match>());
      count += !found.back().empty();
    }
    if (count <= most) continue;
    most = count;
    pictures.pattern = pattern;
    for (std::size_t i = 0; i < found.size(); ++i) take_match(pictures.records[i], found[i]);
  }
  return most > 0;
}

bool take_folders(const DatasetLayout& layout, const Variant& variant, Tree& tree, Pictures& pictures) {
  auto records = records_of(layout, variant, tree);
  if (records.empty()) return false;
  pictures.records = std::move(records);
  return true;
}

[[noreturn]] void fail(const DatasetLayout& layout, const DatasetRequest& request, bool has_sheet) {
  std::vector<std::string> looked_for, patterns;
  for (const Variant* variant : candidates(layout, request.variant))
    for (const auto& pattern : variant->frames)
      if (has_sheet || !variant->sheet) looked_for.push_back(pattern);
  for (const auto& source : layout.sources) patterns.insert(patterns.end(), source.files.begin(), source.files.end());
  const std::string below = " of " + layout.title + " below " + request.from.string() + "; looked for ";
  if (has_sheet)
    throw InputError(
        "no clip" + below + joined(looked_for),
        "give the folder that the data set was unpacked to; --variant chooses among " + joined(variant_names(layout)));
  throw InputError("no sheet" + below + joined(patterns) +
                       (looked_for.empty() ? "" : ", and for clips that need none in " + joined(looked_for)),
                   "name it with --sheet FILE");
}

}  // namespace

Pictures choose_pictures(const DatasetLayout& layout, const DatasetRequest& request, const Tables& tables, Tree* tree) {
  Pictures pictures;
  pictures.records = records_of(layout, tables);
  for (const Variant* variant : candidates(layout, request.variant)) {
    if (variant->sheet && tables.tables.empty()) continue;
    if (!tree && !variant->sheet) continue;
    pictures.variant = variant;
    if (!tree) return pictures;
    if (variant->sheet ? match_folders(*variant, *tree, pictures) : take_folders(layout, *variant, *tree, pictures))
      return pictures;
  }
  fail(layout, request, !tables.tables.empty());
}

}  // namespace merkit::dataset
