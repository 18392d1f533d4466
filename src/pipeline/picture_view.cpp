#include "pipeline/picture_view.h"

#include <opencv2/core.hpp>

namespace merkit {
namespace {

/// Lets a picture's owner go with the last of those that share it. What is made anew in the picture's place comes from
/// OpenCV's own allocator.
class OwnerAllocator final : public cv::MatAllocator {
 public:
  cv::UMatData* allocate(int dims, const int* sizes, int type, void* data, std::size_t* step, cv::AccessFlag flags,
                         cv::UMatUsageFlags usage) const override {
    return cv::Mat::getStdAllocator()->allocate(dims, sizes, type, data, step, flags, usage);
  }
  bool allocate(cv::UMatData* data, cv::AccessFlag flags, cv::UMatUsageFlags usage) const override {
    return cv::Mat::getStdAllocator()->allocate(data, flags, usage);
  }
  void deallocate(cv::UMatData* data) const override { delete data; }
};

}  // namespace

cv::Mat picture_view(std::shared_ptr<const void> owner, const void* pixels, int rows, int cols) {
  static const OwnerAllocator allocator;
  auto* const bytes = static_cast<uchar*>(const_cast<void*>(pixels));
  cv::Mat picture(rows, cols, CV_8UC3, bytes);
  auto data = std::make_unique<cv::UMatData>(&allocator);
  data->data = data->origdata = bytes;
  data->size = picture.total() * picture.elemSize();
  data->refcount = 1;
  data->allocatorContext = std::const_pointer_cast<void>(std::move(owner));
  picture.u = data.release();
  return picture;
}

}  // namespace merkit
