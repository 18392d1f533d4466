#include "merkit/core/files.h"
#include "merkit/media/clip_reader.h"

#include <opencv2/imgcodecs.hpp>

namespace merkit {

void write_png(const std::filesystem::path& file, const cv::Mat& picture) {
  std::vector<unsigned char> png;
  cv::imencode(".png", picture, png);
  write_file_atomically(file, std::string(png.begin(), png.end()));
}

}  // namespace merkit
