#pragma once

#include "merkit/report/records.h"

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace merkit {

nlohmann::ordered_json to_json(const ClipAnalysis& analysis, const RecordOptions& options, const LabelSet& labels);
nlohmann::ordered_json to_json(const PredictionRecord& record, const RecordOptions& options, const LabelSet& labels);
nlohmann::ordered_json to_json(const FilesRecord& record, const RecordOptions& options);
nlohmann::ordered_json to_json(const ExplanationRecord& record, const LabelSet& labels);

/// Columns and rows of the same records as CSV; an analysis gives one row an interval, at least one.
std::vector<std::string> csv_columns(const RecordOptions& options, const LabelSet& labels);
std::vector<std::vector<std::string>> csv_rows(const ClipAnalysis& analysis, const RecordOptions& options,
                                               const LabelSet& labels);
std::vector<std::vector<std::string>> csv_rows(const PredictionRecord& record, const RecordOptions& options,
                                               const LabelSet& labels);
std::vector<std::vector<std::string>> csv_rows(const FilesRecord& record);
std::vector<std::vector<std::string>> csv_rows(const ExplanationRecord& record, const RecordOptions& options,
                                               const LabelSet& labels);

/// A number as CSV shows it: the shortest decimal form of the rounded value.
std::string csv_number(double value);

}  // namespace merkit
