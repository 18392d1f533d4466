#pragma once

#include "merkit/core/label_set.h"
#include "merkit/pipeline/analyze.h"

#include <string>
#include <string_view>
#include <vector>

namespace merkit {

/// Spotted intervals as MEGC22 or STRS table.
enum class SpottingTable { megc22, strs };
const std::vector<std::string>& spotting_table_names();
SpottingTable spotting_table_from_string(std::string_view name);
std::string spotting_table(SpottingTable table, const std::vector<ClipAnalysis>& analyses, const LabelSet& labels);

}  // namespace merkit
