#pragma once

#include <string>
#include <vector>

#include <opencv2/core/mat.hpp>

namespace merkit {

/// Names of ways to bring clips to one number of frames: "tim" and "linear".
const std::vector<std::string>& temporal_interpolation_names();

/// How much of each of `frames` >= 1 pictures, evenly spaced in time, is in each of `count` >= 2 that take their place:
/// row j belongs to time j (frames - 1) / (count - 1). The first and the last picture stay as they are. Every weight is
/// a multiple of 2^-14 and every row sums to exactly 1, so that what does not change stays unchanged.
///
/// "linear" mixes the two nearest. "tim" is the temporal interpolation model of Zhou, Zhao, Pietikainen, CVPR 2011,
/// doi:10.1109/CVPR.2011.5995345: pictures are points on a curve through the graph embedding of the path graph, whose
/// k-th coordinate at frame i = 1..n is cos(pi k (i - 1/2) / n), k = 1..n-1. Where the pictures are linearly
/// independent, the linear map from the curve back to pictures is exact, and the model is the closed form
///
///     picture(i) = sum over j of picture_j / n (1 + 2 sum over k of cos(pi k (j - 1/2) / n) cos(pi k (i - 1/2) / n))
///
/// for real i, which is taken for all clips. Throws std::invalid_argument for other names and numbers.
cv::Mat1f temporal_weights(int frames, int count, const std::string& name);

/// `count` grey pictures in the place of `pictures`, which are of one size: temporal_weights() of them, rounded.
std::vector<cv::Mat1b> temporally_interpolated(const std::vector<cv::Mat1b>& pictures, int count,
                                               const std::string& name);

}  // namespace merkit
