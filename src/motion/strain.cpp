#include "merkit/motion/optical_flow.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <opencv2/core.hpp>

namespace merkit {

cv::Mat1f optical_strain(const MotionField& motion) {
  const cv::Mat1f &u = motion.u, &v = motion.v;
  if (u.empty() || v.empty()) throw std::invalid_argument("optical_strain: the motion field is empty");
  if (u.size() != v.size()) throw std::invalid_argument("optical_strain: u and v differ in size");

  cv::Mat1f strain(u.size());
  for (int y = 0; y < u.rows; ++y) {
    // Beyond the border the field goes on with its last value.
    const int up = std::max(y - 1, 0), down = std::min(y + 1, u.rows - 1);
    for (int x = 0; x < u.cols; ++x) {
      const int left = std::max(x - 1, 0), right = std::min(x + 1, u.cols - 1);
      const float u_x = (u(y, right) - u(y, left)) / 2, u_y = (u(down, x) - u(up, x)) / 2;
      const float v_x = (v(y, right) - v(y, left)) / 2, v_y = (v(down, x) - v(up, x)) / 2;
      const float shear = u_y + v_x;
      strain(y, x) = std::sqrt(u_x * u_x + v_y * v_y + shear * shear / 2);
    }
  }
  return strain;
}

}  // namespace merkit
