#include "pipeline/crop_reader.h"

namespace merkit {

std::vector<AlignedFace> CropReader::of(const Interval& interval, FrameNeed need) {
  std::vector<AlignedFace> faces;
  for (const int number : followed_.numbers(interval, need))
    if (auto crop = at(number)) faces.push_back(std::move(*crop));
  return faces;
}

std::optional<AlignedFace> CropReader::at(int number) {
  while (const auto next = reader_->next_number()) {
    if (*next > number) break;
    if (*next == number) return followed_.crop_of(*reader_->next());
    reader_->skip();
  }
  return std::nullopt;
}

}  // namespace merkit
