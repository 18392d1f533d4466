#include "merkit/report/spotting_table.h"

#include "merkit/core/error.h"
#include "merkit/data/csv.h"

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

}  // namespace merkit
