#include "report/text/record_csv.h"

#include "report/provenance.h"

namespace merkit {
namespace {

using Row = std::vector<std::string>;

std::string number_or_empty(std::optional<int> value) { return value ? std::to_string(*value) : std::string(); }

void add_prediction_columns(Row& columns, const RecordOptions& options, const LabelSet& labels) {
  columns.insert(columns.end(), {"label_pred", "confidence"});
  for (const auto& name : labels.classes()) columns.push_back("prob_" + name);
  if (options.logits)
    for (const auto& name : labels.classes()) columns.push_back("logit_" + name);
}

void add_prediction(Row& row, const std::optional<Prediction>& prediction, const RecordOptions& options,
                    const LabelSet& labels) {
  if (!prediction) {
    row.insert(row.end(), 2 + labels.size() * (options.logits ? 2 : 1), "");
    return;
  }
  row.push_back(labels.name(prediction->label));
  row.push_back(csv_number(prediction->confidence()));
  for (const float score : prediction->scores) row.push_back(csv_number(score));
  if (options.logits)
    for (const float logit : prediction->logits) row.push_back(csv_number(logit));
}

std::string joined(const std::vector<std::string>& files) {
  std::string result;
  for (const auto& file : files) result += (result.empty() ? "" : ";") + file;
  return result;
}

}  // namespace

std::string csv_number(double value) { return nlohmann::json(rounded(value)).dump(); }

Row csv_columns(const RecordOptions& options, const LabelSet& labels) {
  Row columns;
  if (options.kind == "prediction") {
    columns = {"clip_id", "dataset", "subject", "source", "onset", "apex", "offset", "fps", "label_true"};
    add_prediction_columns(columns, options, labels);
    columns.insert(columns.end(), {"status", "error", "model", "fold", "seed", "seen_subject"});
  } else if (options.kind == "explanation") {
    columns = {"clip_id", "source", "status", "error", "onset", "apex", "offset"};
    add_prediction_columns(columns, options, labels);
    for (const char* motion : {"learned", "tvl1"})
      for (const char* figure : {"face_mean_px", "face_p95_px", "elsewhere_mean_px", "elsewhere_p95_px"})
        columns.push_back(std::string(motion) + "_" + figure);
    columns.push_back("files");
  } else if (options.kind == "alignment" || options.kind == "flow") {
    columns = {"clip_id", "source", "status", "error",   "frames", "frames_with_face",
               "onset",   "apex",   "offset", "mean_px", "max_px", "files"};
  } else {
    columns = {"clip_id", "source", "status", "error",   "frames", "fps",      "duration_s", "face_frames",
               "onset",   "apex",   "offset", "onset_s", "apex_s", "offset_s", "type",       "spot_confidence"};
    if (options.kind == "analysis") add_prediction_columns(columns, options, labels);
  }
  return columns;
}

std::vector<Row> csv_rows(const ClipAnalysis& analysis, const RecordOptions& options, const LabelSet& labels) {
  const Row clip{analysis.clip_id,
                 analysis.source,
                 std::string(to_string(analysis.problem.status)),
                 analysis.problem.message,
                 std::to_string(analysis.frames),
                 csv_number(analysis.fps),
                 csv_number(analysis.duration_s),
                 std::to_string(analysis.frames_with_face)};
  std::vector<Row> rows;
  for (const auto& detection : analysis.detections) {
    Row row = clip;
    row.insert(row.end(), {std::to_string(detection.interval.onset), number_or_empty(detection.interval.apex),
                           std::to_string(detection.interval.offset), csv_number(detection.onset_s),
                           csv_number(detection.apex_s), csv_number(detection.offset_s),
                           std::string(to_string(detection.type)), csv_number(detection.confidence)});
    if (options.kind == "analysis") add_prediction(row, detection.prediction, options, labels);
    rows.push_back(row);
  }
  if (rows.empty()) {
    rows.push_back(clip);
    rows.back().resize(csv_columns(options, labels).size());
  }
  return rows;
}

std::vector<Row> csv_rows(const PredictionRecord& record, const RecordOptions& options, const LabelSet& labels) {
  const bool known = record.has_interval;
  Row row{record.clip_id,
          record.dataset,
          record.subject,
          record.source,
          known ? std::to_string(record.interval.onset) : "",
          known ? number_or_empty(record.interval.apex) : "",
          known ? std::to_string(record.interval.offset) : "",
          record.fps > 0 ? csv_number(record.fps) : "",
          record.label_true};
  add_prediction(row, record.prediction, options, labels);
  row.insert(row.end(),
             {std::string(to_string(record.problem.status)), record.problem.message, record.model,
              number_or_empty(record.fold), std::to_string(record.seed), record.seen_subject ? "true" : "false"});
  return {row};
}

std::vector<Row> csv_rows(const FilesRecord& record) {
  const auto& interval = record.interval;
  return {{record.clip_id, record.source, std::string(to_string(record.problem.status)), record.problem.message,
           std::to_string(record.frames), std::to_string(record.frames_with_face),
           interval ? std::to_string(interval->onset) : "", interval ? number_or_empty(interval->apex) : "",
           interval ? std::to_string(interval->offset) : "", interval ? csv_number(record.mean_px) : "",
           interval ? csv_number(record.max_px) : "", joined(record.files)}};
}

std::vector<Row> csv_rows(const ExplanationRecord& record, const RecordOptions& options, const LabelSet& labels) {
  const auto& interval = record.interval;
  Row row{record.clip_id,
          record.source,
          std::string(to_string(record.problem.status)),
          record.problem.message,
          interval ? std::to_string(interval->onset) : "",
          interval ? number_or_empty(interval->apex) : "",
          interval ? std::to_string(interval->offset) : ""};
  add_prediction(row, record.prediction, options, labels);
  for (const auto& size : {record.pictures.learned, record.pictures.tvl1}) {
    if (size)
      row.insert(row.end(), {csv_number(size->face_mean_px), csv_number(size->face_p95_px),
                             csv_number(size->elsewhere_mean_px), csv_number(size->elsewhere_p95_px)});
    else
      row.insert(row.end(), 4, "");
  }
  row.push_back(joined(record.pictures.files));
  return {row};
}

}  // namespace merkit
