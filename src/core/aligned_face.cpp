#include "merkit/core/aligned_face.h"

namespace merkit {

Landmarks transformed(const Landmarks& points, const cv::Matx23d& t) {
  Landmarks result;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double x = points[i].x, y = points[i].y;
    result[i] = cv::Point2f(static_cast<float>(t(0, 0) * x + t(0, 1) * y + t(0, 2)),
                            static_cast<float>(t(1, 0) * x + t(1, 1) * y + t(1, 2)));
  }
  return result;
}

cv::Matx23d inverted(const cv::Matx23d& t) {
  const double determinant = t(0, 0) * t(1, 1) - t(0, 1) * t(1, 0);
  const double a = t(1, 1) / determinant, b = -t(0, 1) / determinant;
  const double c = -t(1, 0) / determinant, d = t(0, 0) / determinant;
  return {a, b, -(a * t(0, 2) + b * t(1, 2)), c, d, -(c * t(0, 2) + d * t(1, 2))};
}

cv::Matx23d composed(const cv::Matx23d& a, const cv::Matx23d& b) {
  cv::Matx23d result;
  for (int row = 0; row < 2; ++row) {
    for (int column = 0; column < 3; ++column)
      result(row, column) = a(row, 0) * b(0, column) + a(row, 1) * b(1, column);
    result(row, 2) += a(row, 2);
  }
  return result;
}

}  // namespace merkit
