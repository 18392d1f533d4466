#pragma once

#include "merkit/report/record_writer.h"
#include "merkit/report/records.h"

#include <nlohmann/json.hpp>

namespace merkit {

nlohmann::ordered_json to_json(const ClipAnalysis& analysis, const RecordOptions& options, const LabelSet& labels);
nlohmann::ordered_json to_json(const PredictionRecord& record, const RecordOptions& options, const LabelSet& labels);
nlohmann::ordered_json to_json(const FilesRecord& record, const RecordOptions& options);
nlohmann::ordered_json to_json(const ExplanationRecord& record, const LabelSet& labels);

}  // namespace merkit
