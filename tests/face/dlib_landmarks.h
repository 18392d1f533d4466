#pragma once

#include "merkit/core/aligned_face.h"

#include <dlib/image_processing/shape_predictor.h>
#include <dlib/opencv/cv_image.h>

namespace merkit::testing {

/// dlib rounds its landmarks to whole pixels at the end and offers no way to leave that out; its parts are private. An
/// explicit instantiation may name private members, and hands them to the friend functions below.
template <auto Member, class Tag>
struct Opened {
  friend auto member(Tag) { return Member; }
};
struct MeanShape {
  friend auto member(MeanShape);
};
struct Forests {
  friend auto member(Forests);
};
struct Anchors {
  friend auto member(Anchors);
};
struct Deltas {
  friend auto member(Deltas);
};
template struct Opened<&dlib::shape_predictor::initial_shape, MeanShape>;
template struct Opened<&dlib::shape_predictor::forests, Forests>;
template struct Opened<&dlib::shape_predictor::anchor_idx, Anchors>;
template struct Opened<&dlib::shape_predictor::deltas, Deltas>;

/// What dlib::shape_predictor::operator() does, but for the rounding of the result.
inline Landmarks dlib_landmarks_unrounded(const dlib::shape_predictor& predictor, const cv::Mat1b& grey,
                                          const dlib::rectangle& box) {
  const auto& mean_shape = predictor.*member(MeanShape{});
  const auto& forests = predictor.*member(Forests{});
  auto shape = mean_shape;
  std::vector<float> pixels;
  for (std::size_t i = 0; i < forests.size(); ++i) {
    dlib::impl::extract_feature_pixel_values(dlib::cv_image<unsigned char>(grey), box, shape, mean_shape,
                                             (predictor.*member(Anchors{}))[i], (predictor.*member(Deltas{}))[i],
                                             pixels);
    unsigned long leaf = 0;
    for (const auto& tree : forests[i]) shape += tree(pixels, leaf);
  }
  const auto to_image = dlib::impl::unnormalizing_tform(box);
  Landmarks points;
  for (unsigned long i = 0; i < points.size(); ++i) {
    const auto p = to_image(dlib::impl::location(shape, i));
    points[i] = {static_cast<float>(p.x()), static_cast<float>(p.y())};
  }
  return points;
}

}  // namespace merkit::testing
