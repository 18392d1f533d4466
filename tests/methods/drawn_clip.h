#pragma once

#include "merkit/methods/catalog.h"
#include "support/drawn_crop.h"

#include <cmath>
#include <functional>

namespace merkit::testing {

/// What a spotter finds in `seconds` of what `draw` makes of a time. `change` may alter each face.
inline SpottingResult spotted_in(const Spotter& spotter, double seconds, double fps,
                                 const std::function<cv::Mat(double)>& draw,
                                 const std::function<void(AlignedFace&)>& change = {}) {
  const auto session = spotter.start(fps);
  for (int i = 0; i < std::lround(seconds * fps); ++i) {
    AlignedFace face = face_of(i, fps, draw(i / fps));
    if (change) change(face);
    session->push(face);
  }
  return session->finish();
}

/// The mouth of `still` goes `px` up and comes back.
inline cv::Mat with_smile(const cv::Mat& still, double px) {
  return px > 0 ? moved(still, {{48, 126}, {92, 126}}, 14, -px) : still.clone();
}

/// Camera noise of two grey levels, another each time.
inline cv::Mat with_noise(const cv::Mat& picture, cv::RNG& random) {
  cv::Mat noise(picture.size(), CV_16SC3), sum;
  random.fill(noise, cv::RNG::NORMAL, 0, 2);
  cv::add(picture, noise, sum, cv::noArray(), CV_8U);
  return sum;
}

}  // namespace merkit::testing
