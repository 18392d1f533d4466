#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace merkit::testing {

struct Recipe {
  std::string codec = "mpeg4";
  int width = 64, height = 48;
  std::vector<std::int64_t> times_ms;  ///< presentation time of each frame
  int b_frames = 0;
  double rotation = 0;  ///< display matrix, degrees clockwise
};

/// 0, 40, 80, ... ms: `count` frames at 25 per second.
std::vector<std::int64_t> regular_times(int count);

/// The grey level of frame `index`; its top left quarter is white, so that number and orientation can be seen.
int level_of(int index);

/// Writes such frames; the container follows from the name.
void encode_clip(const std::filesystem::path& file, const Recipe& recipe);

/// A second of silence in a WAV file.
void write_silence(const std::filesystem::path& file);

}  // namespace merkit::testing
