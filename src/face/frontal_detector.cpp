#include "face/frontal_detector.h"

#include "face/cached_bytes.h"

#include <cstring>
#include <mutex>
#include <sstream>
#include <string>
#include <utility>

#include <dlib/image_processing/frontal_face_detector.h>
#include <dlib/opencv/cv_image.h>
#include <dlib/revision.h>
#include <xxhash.h>

namespace merkit {
namespace {

using Detector = dlib::frontal_face_detector;

/// Begins a cached detector; what follows is dlib's own serialisation.
struct Header {
  char magic[8];
  std::uint64_t checksum;  ///< XXH3 (64 bit) of what follows the header
  std::uint64_t bytes;     ///< of what follows
  std::uint32_t dlib_major, dlib_minor;
};
constexpr Header kExpected = {{'m', 'e', 'r', 'k', 'i', 't', 'H', '1'}, 0, 0, DLIB_MAJOR_VERSION, DLIB_MINOR_VERSION};

std::string cache_name() {
  return "frontal-faces-" + std::to_string(DLIB_MAJOR_VERSION) + "." + std::to_string(DLIB_MINOR_VERSION) + ".bin";
}

bool usable(const std::byte* bytes, std::size_t size) {
  if (size <= sizeof(Header)) return false;
  Header header;
  std::memcpy(&header, bytes, sizeof header);
  return std::memcmp(header.magic, kExpected.magic, sizeof header.magic) == 0 &&
         header.dlib_major == kExpected.dlib_major && header.dlib_minor == kExpected.dlib_minor &&
         header.bytes == size - sizeof header &&
         header.checksum == XXH3_64bits(bytes + sizeof header, size - sizeof header);
}

std::vector<std::byte> unpacked() {
  std::ostringstream out;
  dlib::serialize(dlib::get_frontal_face_detector(), out);
  const std::string text = out.str();
  Header header = kExpected;
  header.bytes = text.size();
  header.checksum = XXH3_64bits(text.data(), text.size());
  std::vector<std::byte> file(sizeof header + text.size());
  std::memcpy(file.data(), &header, sizeof header);
  std::memcpy(file.data() + sizeof header, text.data(), text.size());
  return file;
}

Detector load() {
  const auto file = cached_bytes(cache_path(cache_name()), usable, unpacked);
  Header header;
  std::memcpy(&header, file.get(), sizeof header);
  std::istringstream in(std::string(reinterpret_cast<const char*>(file.get()) + sizeof header, header.bytes));
  Detector detector;
  dlib::deserialize(detector, in);
  return detector;
}

}  // namespace

struct FrontalDetector::Impl {
  std::once_flag loaded;
  Detector original;  ///< never searches itself
  std::mutex mutex;
  std::vector<std::unique_ptr<Detector>> idle;

  std::unique_ptr<Detector> borrow() {
    std::call_once(loaded, [this] { original = load(); });
    {
      const std::lock_guard lock(mutex);
      if (!idle.empty()) {
        auto detector = std::move(idle.back());
        idle.pop_back();
        return detector;
      }
    }
    return std::make_unique<Detector>(original);
  }

  void give_back(std::unique_ptr<Detector> detector) {
    const std::lock_guard lock(mutex);
    idle.push_back(std::move(detector));
  }
};

FrontalDetector::FrontalDetector() : impl_(std::make_unique<Impl>()) {}
FrontalDetector::~FrontalDetector() = default;

std::vector<FoundBox> FrontalDetector::search(const cv::Mat1b& grey) const {
  auto detector = impl_->borrow();
  std::vector<dlib::rect_detection> found;
  (*detector)(dlib::cv_image<unsigned char>(grey), found);
  impl_->give_back(std::move(detector));
  std::vector<FoundBox> boxes;
  for (const auto& face : found) {
    const dlib::rectangle& r = face.rect;  // covers its right and bottom pixels
    boxes.push_back({cv::Rect(static_cast<int>(r.left()), static_cast<int>(r.top()), static_cast<int>(r.width()),
                              static_cast<int>(r.height())),
                     face.detection_confidence});
  }
  return boxes;
}

}  // namespace merkit
