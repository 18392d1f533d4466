#pragma once

#include <memory>

#include <opencv2/core/mat.hpp>

namespace merkit {

/// A CV_8UC3 picture of pixels that already lie in memory, row after row. It and all that share its pixels keep
/// `owner`, which must keep the pixels.
cv::Mat picture_view(std::shared_ptr<const void> owner, const void* pixels, int rows, int cols);

}  // namespace merkit
