#include "media/decode_picture.h"
#include "merkit/core/error.h"
#include "merkit/media/clip_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>

#include <opencv2/core.hpp>

namespace fs = std::filesystem;

namespace merkit {
namespace {

constexpr const char* kDamagedHint = "copy or record it again, or take it out of the clip";

[[noreturn]] void fail(const fs::path& file, const std::string& reason, const std::string& hint) {
  throw ClipError(Status::decode_error, "cannot read picture " + file.string() + ": " + reason, hint);
}

media::Bytes bytes_of(const fs::path& file) {
  std::error_code error;
  if (fs::is_directory(file, error)) fail(file, "it is a directory", "give a jpg, png or bmp file");
  errno = 0;
  std::ifstream stream(file, std::ios::binary | std::ios::ate);
  if (!stream) fail(file, std::strerror(errno), "check the path and its permissions");
  media::Bytes bytes(static_cast<std::size_t>(std::max<std::streamoff>(0, stream.tellg())));
  stream.seekg(0);
  stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (stream.gcount() != static_cast<std::streamsize>(bytes.size()))
    fail(file,
         "only " + std::to_string(stream.gcount()) + " of " + std::to_string(bytes.size()) + " bytes could be read",
         "the disk or the network may be at fault; try again");
  return bytes;
}

cv::Mat decoded(const media::Bytes& bytes) {
  const auto starts_with = [&](std::string_view signature) {
    return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()).substr(0, signature.size()) ==
           signature;
  };
  if (bytes.empty()) throw media::PictureFault("is empty");
  if (starts_with("\xFF\xD8\xFF")) return media::decode_jpeg(bytes);
  if (starts_with("\x89PNG\r\n\x1A\n")) return media::decode_png(bytes);
  if (starts_with("BM")) return media::decode_bmp(bytes);
  throw media::PictureFault("is no JPEG, PNG or BMP picture");
}

}  // namespace

namespace media {

void require_sane_size(std::int64_t width, std::int64_t height) {
  constexpr std::int64_t kSide = std::int64_t{1} << 20, kPixels = std::int64_t{1} << 30;
  if (width > kSide || height > kSide || width * height > kPixels)
    throw PictureFault("is damaged: " + std::to_string(width) + "x" + std::to_string(height) + " pixels are too many");
}

}  // namespace media

cv::Mat read_image(const fs::path& file) {
  const media::Bytes bytes = bytes_of(file);
  try {
    cv::Mat image = decoded(bytes);
    if (image.depth() == CV_16U) image.convertTo(image, CV_8U, 1.0 / 257);  // 65535 is 255, rounded in between
    return image;
  } catch (const media::PictureFault& fault) {
    fail(file, std::string("it ") + fault.what(), kDamagedHint);
  }
}

}  // namespace merkit
