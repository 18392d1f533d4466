#pragma once

#include "data/dataset/layout.h"
#include "merkit/data/dataset.h"

#include <string>
#include <vector>

namespace merkit::dataset {

/// Clips, subjects, and clips by emotion, objective class, expression, split and data set.
DatasetCounts count_rows(const std::vector<Fields>& rows);

/// One sentence for each published figure that differs; of several alternatives, those of the nearest.
std::vector<std::string> mismatches(const std::vector<Expectation>& alternatives, const DatasetCounts& counts);

}  // namespace merkit::dataset
