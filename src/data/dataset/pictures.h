#pragma once

#include "data/dataset/records.h"

#include <string>
#include <vector>

namespace merkit::dataset {

/// The records with their folders, and how these were found.
struct Pictures {
  const Variant* variant = nullptr;
  std::string pattern;  ///< the template that was used; empty for folders without sheet, and without tree
  std::vector<Record> records;
};

/// Decides on the variant (the one asked for, else the first that is there) and on the template that finds most clips:
/// the one that this copy was laid out by. `tree` is null where only a sheet was given.
/// Throws ConfigError for an unknown variant, InputError when there is neither sheet nor clip.
Pictures choose_pictures(const DatasetLayout& layout, const DatasetRequest& request, const Tables& tables, Tree* tree);

}  // namespace merkit::dataset
