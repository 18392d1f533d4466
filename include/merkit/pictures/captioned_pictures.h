#pragma once

#include <string>
#include <vector>

#include <opencv2/core/mat.hpp>

namespace merkit {

/// What tells how to read the colours of a picture, beside its caption.
enum class Legend {
  none,
  wheel,  ///< of colour_coded(): direction and size of motion; the rim is the greatest
  bar,    ///< of heat_map(): from 0 to the greatest value
};

struct CaptionedPicture {
  cv::Mat picture;  ///< CV_8UC1 or CV_8UC3 BGR
  std::string title, detail;
  Legend legend = Legend::none;
};

/// Pictures above their captions (ASCII), `columns` side by side, in as many rows as that takes, under an optional
/// heading. All are shown at the size shown_size() gives for the first. CV_8UC3 BGR. Throws std::invalid_argument for
/// no pictures or no columns, ClipError(unsupported) for a picture of another type.
cv::Mat captioned_pictures(const std::vector<CaptionedPicture>& pictures, int columns, const std::string& heading = {});

/// The size at which people can look at a crop: 280 to 560 pixels high.
cv::Size shown_size(cv::Size crop);

/// `picture` (CV_8UC1 or CV_8UC3) at another size, as CV_8UC3 BGR.
cv::Mat shown(const cv::Mat& picture, cv::Size size);

/// Hue and saturation of `colours` on the darkened `face`, so that one sees where on it the motion is. Both CV_8UC3 and
/// of one size.
cv::Mat laid_over(const cv::Mat& colours, const cv::Mat& face);

/// The value that `share` (0..1) of the finite ones where `mask` (CV_8U; empty: everywhere) is not 0 do not exceed; 0
/// where there are none. Below 1, single outliers do not matter.
double percentile(const cv::Mat1f& values, double share, const cv::Mat1b& mask = {});

}  // namespace merkit
