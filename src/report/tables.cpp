#include "merkit/core/error.h"
#include "merkit/data/csv.h"
#include "report/record_json.h"

namespace merkit {

const std::vector<std::string>& spotting_table_names() {
  static const std::vector<std::string> names{"megc22", "strs"};
  return names;
}

SpottingTable spotting_table_from_string(std::string_view name) {
  if (name == "megc22") return SpottingTable::megc22;
  if (name == "strs") return SpottingTable::strs;
  throw_unknown_name("table", name, spotting_table_names());
}

std::string spotting_table(SpottingTable table, const std::vector<ClipAnalysis>& analyses, const LabelSet& labels) {
  std::string text =
      table == SpottingTable::megc22 ? "vid,pred_onset,pred_offset,type\n" : "subject,video,onset,offset,emotion\n";
  for (const auto& analysis : analyses) {
    const std::string video = csv_quoted(std::filesystem::path(analysis.source).stem().string());
    for (const auto& detection : analysis.detections) {
      const std::string span =
          std::to_string(detection.interval.onset) + "," + std::to_string(detection.interval.offset) + ",";
      if (table == SpottingTable::megc22)
        text += video + "," + span + (detection.type == ExpressionType::micro ? "me" : "mae") + "\n";
      else
        text += csv_quoted(analysis.subject) + "," + video + "," + span +
                (detection.prediction ? csv_quoted(labels.name(detection.prediction->label)) : "") + "\n";
    }
  }
  return text;
}

std::string signal_csv(const SpottingSignal& signal) {
  std::string text = "frame,time_s,signal,threshold\n";
  for (std::size_t i = 0; i < signal.frames.size(); ++i)
    text += std::to_string(signal.frames[i]) + "," + csv_number(signal.times_s[i]) + "," +
            csv_number(signal.values[i]) + "," + csv_number(signal.threshold) + "\n";
  return text;
}

std::string openface_header() {
  std::string text = "frame,face_id,timestamp,confidence,success";
  for (const char axis : {'x', 'y'})
    for (int i = 0; i < 68; ++i) text += std::string(",") + axis + "_" + std::to_string(i);
  return text + ",pts,source_file\n";
}

std::string openface_row(const Frame& frame, const AlignedFace& face, int face_id) {
  std::string text = std::to_string(frame.number) + "," + std::to_string(face_id) + "," + csv_number(frame.time_s) +
                     "," + csv_number(face.confidence) + "," + (face.success ? "1" : "0");
  Landmarks in_source{};
  if (face.success) in_source = transformed(face.landmarks, inverted(face.crop_from_source));
  for (const auto& point : in_source) text += "," + csv_number(point.x);
  for (const auto& point : in_source) text += "," + csv_number(point.y);
  return text + "," + csv_number(frame.time_s) + "," + csv_quoted(frame.source_file) + "\n";
}

}  // namespace merkit
