#include "merkit/report/frame_tables.h"

#include "merkit/data/csv.h"
#include "report/text/csv_number.h"

namespace merkit {

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
