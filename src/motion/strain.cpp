#include "motion/strain.h"

#include "merkit/motion/optical_flow.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <opencv2/core.hpp>

namespace merkit {

namespace {

/// Two neighbours and their distance: the difference between them over it is a derivative.
struct Neighbours {
  int before, middle, after;
  float distance;
};

/// At either end those of the place beside it. A field that goes on with its last value instead would have half the
/// derivative there, and each face a frame of low strain.
Neighbours neighbours(int at, int count) {
  const int middle = count < 3 ? 0 : std::clamp(at, 1, count - 2);
  const int before = std::max(middle - 1, 0), after = std::min(middle + 1, count - 1);
  return {before, middle, after, static_cast<float>(std::max(after - before, 1))};
}

}  // namespace

void optical_strain_in_row(const MotionField& motion, int row, int begin, int end, float* strain) {
  const cv::Mat1f &u = motion.u, &v = motion.v;
  const Neighbours y = neighbours(row, u.rows);
  const float *u_middle = u[y.middle], *u_before = u[y.before], *u_after = u[y.after];
  const float *v_middle = v[y.middle], *v_before = v[y.before], *v_after = v[y.after];
  for (int column = begin; column < end; ++column) {
    const Neighbours x = neighbours(column, u.cols);
    const float u_x = (u_middle[x.after] - u_middle[x.before]) / x.distance;
    const float v_x = (v_middle[x.after] - v_middle[x.before]) / x.distance;
    const float u_y = (u_after[x.middle] - u_before[x.middle]) / y.distance;
    const float v_y = (v_after[x.middle] - v_before[x.middle]) / y.distance;
    const float shear = u_y + v_x;
    strain[column - begin] = std::sqrt(u_x * u_x + v_y * v_y + shear * shear / 2);
  }
}

cv::Mat1f optical_strain(const MotionField& motion) {
  const cv::Mat1f &u = motion.u, &v = motion.v;
  if (u.empty() || v.empty()) throw std::invalid_argument("optical_strain: the motion field is empty");
  if (u.size() != v.size()) throw std::invalid_argument("optical_strain: u and v differ in size");

  cv::Mat1f strain(u.size());
  for (int row = 0; row < u.rows; ++row) optical_strain_in_row(motion, row, 0, u.cols, strain[row]);
  return strain;
}

}  // namespace merkit
