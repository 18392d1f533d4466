#pragma once

#include "merkit/report/record_writer.h"
#include "merkit/report/records.h"
#include "report/text/csv_number.h"

#include <string>
#include <vector>

namespace merkit {

/// Columns and rows of the same records as CSV; an analysis gives one row an interval, at least one.
std::vector<std::string> csv_columns(const RecordOptions& options, const LabelSet& labels);
std::vector<std::vector<std::string>> csv_rows(const ClipAnalysis& analysis, const RecordOptions& options,
                                               const LabelSet& labels);
std::vector<std::vector<std::string>> csv_rows(const PredictionRecord& record, const RecordOptions& options,
                                               const LabelSet& labels);
std::vector<std::vector<std::string>> csv_rows(const FilesRecord& record);
std::vector<std::vector<std::string>> csv_rows(const ExplanationRecord& record, const RecordOptions& options,
                                               const LabelSet& labels);

}  // namespace merkit
