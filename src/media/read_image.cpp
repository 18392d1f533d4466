#include "media/picture_file.h"
#include "merkit/core/error.h"
#include "merkit/media/clip_reader.h"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <mutex>
#include <string>
#include <vector>

#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>

namespace fs = std::filesystem;

namespace merkit {
namespace {

constexpr const char* kDamagedHint = "copy or record it again, or take it out of the clip";

[[noreturn]] void fail(const fs::path& file, const std::string& reason, const std::string& hint) {
  throw ClipError(Status::decode_error, "cannot read picture " + file.string() + ": " + reason, hint);
}

std::vector<std::uint8_t> bytes_of(const fs::path& file) {
  std::error_code error;
  if (fs::is_directory(file, error)) fail(file, "it is a directory", "give a jpg, png or bmp file");
  errno = 0;
  std::ifstream stream(file, std::ios::binary | std::ios::ate);
  if (!stream) fail(file, std::strerror(errno), "check the path and its permissions");
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(std::max<std::streamoff>(0, stream.tellg())));
  stream.seekg(0);
  stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (stream.gcount() != static_cast<std::streamsize>(bytes.size()))
    fail(file,
         "only " + std::to_string(stream.gcount()) + " of " + std::to_string(bytes.size()) + " bytes could be read",
         "the disk or the network may be at fault; try again");
  return bytes;
}

void silence_opencv() {
  static std::once_flag once;
  std::call_once(once, [] { cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT); });
}

}  // namespace

cv::Mat read_image(const fs::path& file) {
  silence_opencv();
  const std::vector<std::uint8_t> bytes = bytes_of(file);
  if (const std::string fault = media::picture_fault(bytes); !fault.empty()) fail(file, "it " + fault, kDamagedHint);
  cv::Mat image;
  try {
    image = cv::imdecode(bytes, cv::IMREAD_COLOR | cv::IMREAD_ANYDEPTH);
  } catch (const cv::Exception& error) {
    fail(file, "OpenCV says: " + error.err, kDamagedHint);
  }
  if (image.empty()) fail(file, "its contents are damaged or of a variant that OpenCV cannot decode", kDamagedHint);
  if (image.depth() == CV_16U) image.convertTo(image, CV_8U, 1.0 / 257);  // 65535 is 255, rounded in between
  if (image.type() != CV_8UC3) fail(file, "its pixels are neither 8 nor 16 bits deep", "save it as 8-bit PNG");
  return image;
}

}  // namespace merkit
