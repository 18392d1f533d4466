#pragma once

#include "data/dataset/sheet_table.h"
#include "merkit/data/dataset.h"

#include <set>
#include <string>
#include <vector>

namespace merkit::dataset {

/// The frame numbers of one clip after corrections and rules.
struct ReadInterval {
  std::optional<int> onset, apex, offset;
  std::vector<Repair> repairs;  ///< clip_id still empty
  std::string problem;          ///< why there is no valid interval; empty when there is one
};

/// What is known of the clip besides its cells.
struct IntervalContext {
  std::string subject, clip;
  std::size_t sheet_rows = 0;
  const std::set<int>* frames = nullptr;  ///< numbers on disk, where they are comparable to those of the sheet
};

/// Reads the cells `onset`, `apex` and `offset` of a row and applies what the layout knows.
ReadInterval read_interval(const DatasetLayout& layout, const SheetTable& table, const SheetRow& row,
                           const IntervalContext& context);

}  // namespace merkit::dataset
