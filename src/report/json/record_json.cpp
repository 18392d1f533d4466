#include "report/json/record_json.h"

#include "report/provenance.h"

namespace merkit {
namespace {

using Json = nlohmann::ordered_json;

Json error_of(const ClipProblem& problem) {
  if (problem.status == Status::ok) return nullptr;
  return {{"code", to_string(problem.status)}, {"message", problem.message}, {"hint", problem.hint}};
}

/// {"negative": 0.1, ...} in class order.
Json by_class(const std::vector<float>& values, const LabelSet& labels) {
  Json result = Json::object();
  for (int i = 0; i < labels.size() && i < static_cast<int>(values.size()); ++i)
    result[labels.name(i)] = rounded(values[i]);
  return result;
}

void add_prediction(Json& target, const std::optional<Prediction>& prediction, const RecordOptions& options,
                    const LabelSet& labels) {
  target["label_pred"] = prediction ? Json(labels.name(prediction->label)) : Json();
  target["confidence"] = prediction ? Json(rounded(prediction->confidence())) : Json();
  target["scores"] = prediction ? by_class(prediction->scores, labels) : Json();
  if (options.logits) target["logits"] = prediction ? by_class(prediction->logits, labels) : Json();
}

Json number_or_null(std::optional<int> value) { return value ? Json(*value) : Json(); }

Json to_json(const Detection& detection, const RecordOptions& options, const LabelSet& labels) {
  Json result{{"onset", detection.interval.onset},   {"apex", number_or_null(detection.interval.apex)},
              {"offset", detection.interval.offset}, {"onset_s", rounded(detection.onset_s)},
              {"apex_s", rounded(detection.apex_s)}, {"offset_s", rounded(detection.offset_s)},
              {"type", to_string(detection.type)},   {"spot_confidence", rounded(detection.confidence)}};
  if (options.kind == "analysis") add_prediction(result, detection.prediction, options, labels);
  return result;
}

}  // namespace

Json to_json(const ClipAnalysis& analysis, const RecordOptions& options, const LabelSet& labels) {
  Json intervals = Json::array(), spans = Json::array();
  for (const auto& detection : analysis.detections) intervals.push_back(to_json(detection, options, labels));
  for (const FaceSpan& span : analysis.spans)
    spans.push_back({{"first", span.first}, {"last", span.last}, {"segment", span.segment}});
  Json result{{"schema", "merkit/" + options.kind + "/1"},
              {"clip_id", analysis.clip_id},
              {"source", analysis.source},
              {"status", to_string(analysis.problem.status)},
              {"error", error_of(analysis.problem)},
              {"frames", analysis.frames},
              {"fps", rounded(analysis.fps)},
              {"duration_s", rounded(analysis.duration_s)},
              {"face",
               {{"frames", analysis.frames_with_face},
                {"segments", analysis.segments},
                {"faces_seen", analysis.faces_seen},
                {"spans", spans}}},
              {"intervals", intervals},
              {"spotter", analysis.spotter}};
  if (options.kind == "analysis") result["model"] = analysis.model;
  const auto& t = analysis.timing;
  result["timing"] = options.timing ? Json{{"read_s", rounded(t.read_s)},
                                           {"align_s", rounded(t.align_s)},
                                           {"spot_s", rounded(t.spot_s)},
                                           {"recognize_s", rounded(t.recognize_s)}}
                                    : Json();
  return result;
}

std::string early_interval_line(const EarlyInterval& interval, const RecordOptions& options, const LabelSet& labels) {
  Json line{{"schema", "merkit/interval/1"},
            {"clip_id", interval.clip_id},
            {"source", interval.source},
            {"read_s", rounded(interval.read_s)}};
  line.update(to_json(interval.detection, options, labels));
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json to_json(const PredictionRecord& record, const RecordOptions& options, const LabelSet& labels) {
  Json result{{"schema", "merkit/prediction/1"},
              {"clip_id", record.clip_id},
              {"dataset", record.dataset},
              {"subject", record.subject},
              {"source", record.source},
              {"onset", record.has_interval ? Json(record.interval.onset) : Json()},
              {"apex", record.has_interval ? number_or_null(record.interval.apex) : Json()},
              {"offset", record.has_interval ? Json(record.interval.offset) : Json()},
              {"fps", record.fps > 0 ? Json(rounded(record.fps)) : Json()},
              {"label_true", record.label_true.empty() ? Json() : Json(record.label_true)}};
  add_prediction(result, record.prediction, options, labels);
  result["status"] = to_string(record.problem.status);
  result["error"] = error_of(record.problem);
  result["model"] = record.model;
  result["seen_subject"] = record.seen_subject;
  result["fold"] = number_or_null(record.fold);
  result["seed"] = record.seed;
  return result;
}

Json to_json(const FilesRecord& record, const RecordOptions& options) {
  Json result{
      {"schema", "merkit/" + options.kind + "/1"},  {"clip_id", record.clip_id},         {"source", record.source},
      {"status", to_string(record.problem.status)}, {"error", error_of(record.problem)}, {"frames", record.frames},
      {"frames_with_face", record.frames_with_face}};
  if (record.interval) {
    result["onset"] = record.interval->onset;
    result["apex"] = number_or_null(record.interval->apex);
    result["offset"] = record.interval->offset;
    result["mean_px"] = rounded(record.mean_px);
    result["max_px"] = rounded(record.max_px);
  }
  result["files"] = record.files;
  return result;
}

namespace {

Json to_json(const std::optional<MotionSize>& size) {
  if (!size) return nullptr;
  return {{"face_mean_px", rounded(size->face_mean_px)},
          {"face_p95_px", rounded(size->face_p95_px)},
          {"elsewhere_mean_px", rounded(size->elsewhere_mean_px)},
          {"elsewhere_p95_px", rounded(size->elsewhere_p95_px)}};
}

}  // namespace

Json to_json(const ExplanationRecord& record, const LabelSet& labels) {
  const auto& interval = record.interval;
  Json result{{"schema", "merkit/explanation/1"},
              {"clip_id", record.clip_id},
              {"dataset", record.dataset},
              {"subject", record.subject},
              {"source", record.source},
              {"onset", interval ? Json(interval->onset) : Json()},
              {"apex", interval ? number_or_null(interval->apex) : Json()},
              {"offset", interval ? Json(interval->offset) : Json()}};
  add_prediction(result, record.prediction, {}, labels);
  result["motion"] = {{"learned", to_json(record.pictures.learned)}, {"tvl1", to_json(record.pictures.tvl1)}};
  result["maps"] = Json::array();
  for (const auto& map : record.pictures.maps)
    result["maps"].push_back({{"name", map.name},
                              {"file", map.file},
                              {"face_mean", rounded(map.face_mean)},
                              {"elsewhere_mean", rounded(map.elsewhere_mean)}});
  result["regions"] = Json::array();
  for (const auto& [box, weight] : record.pictures.regions)
    result["regions"].push_back(
        {{"box", {rounded(box.x), rounded(box.y), rounded(box.x + box.width), rounded(box.y + box.height)}},
         {"weight", rounded(weight)}});
  result["files"] = record.pictures.files;
  result["status"] = to_string(record.problem.status);
  result["error"] = error_of(record.problem);
  result["model"] = record.model;
  return result;
}

std::string explanation_json(const ExplanationRecord& record, const Provenance& provenance, const LabelSet& labels) {
  Json document = to_json(record, labels);
  document["provenance"] = to_json(provenance);
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace merkit
