#include "synthesis/displacement.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace merkit {

namespace {

/// 0 below 0, 1 above 1, with a continuous derivative in between.
double smooth_step(double t) {
  t = std::clamp(t, 0.0, 1.0);
  return t * t * (3 - 2 * t);
}

/// 0 at the first and last of `count` pixels, 1 a twelfth of the way in.
std::vector<double> border_window(int count) {
  const double width = std::max(2.0, count / 12.0);
  std::vector<double> window(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i)
    window[static_cast<std::size_t>(i)] = smooth_step(i / width) * smooth_step((count - 1 - i) / width);
  return window;
}

/// 1 on the face, falling to 0 within a third of the inter-ocular distance around it.
cv::Mat1d face_mask(const Landmarks& landmarks, const FacePose& pose, cv::Size size) {
  const double unit = pose.inter_ocular_px;
  std::vector<cv::Point2f> points(landmarks.begin(), landmarks.end());
  // The 68 landmarks end at the brows; the skin above them moves with them.
  const cv::Point2f forehead = cv::Point2d(pose.down * (-0.45 * unit));
  for (std::size_t brow = 17; brow <= 26; ++brow) points.push_back(landmarks[brow] + forehead);
  std::vector<cv::Point2f> outline;
  cv::convexHull(points, outline);

  cv::Mat1d mask(size);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x) {
      const cv::Point2f pixel(static_cast<float>(x), static_cast<float>(y));
      const double outside = -cv::pointPolygonTest(outline, pixel, true);
      mask(y, x) = 1 - smooth_step(outside / (0.33 * unit));
    }
  return mask;
}

/// Zero up to the mid-line, 1 from a quarter of the inter-ocular distance beyond it: the other half does not move at
/// all.
double side_window(double x, double y, const FacePose& pose, FaceSide side) {
  if (side == FaceSide::both) return 1;
  const double towards_right = (cv::Point2d(x, y) - pose.middle).dot(pose.right);
  const double inside = side == FaceSide::right ? towards_right : -towards_right;
  return smooth_step(inside / (0.25 * pose.inter_ocular_px));
}

/// exp(-(i - centre)^2 / (2 radius^2)) for i = 0 .. count - 1.
std::vector<double> gaussian(double centre, double radius, int count) {
  std::vector<double> values(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i)
    values[static_cast<std::size_t>(i)] = std::exp(-(i - centre) * (i - centre) / (2 * radius * radius));
  return values;
}

/// Smallest a > 0 with det(I + a G) = margin for G = [g11 g12; g21 g22]; infinite where there is none.
double fold_limit(double g11, double g12, double g21, double g22) {
  constexpr double kMargin = 0.05;
  constexpr double kNever = std::numeric_limits<double>::infinity();
  const double trace = g11 + g22, determinant = g11 * g22 - g12 * g21, rest = 1 - kMargin;
  if (std::abs(determinant) < 1e-12) return trace < 0 ? -rest / trace : kNever;
  const double discriminant = trace * trace - 4 * determinant * rest;
  if (discriminant < 0) return kNever;
  const double root = std::sqrt(discriminant);
  double smallest = kNever;
  for (const double a : {(-trace - root) / (2 * determinant), (-trace + root) / (2 * determinant)})
    if (a > 0) smallest = std::min(smallest, a);
  return smallest;
}

/// Calls use(g11, g12, g21, g22) with the derivatives of the bilinearly interpolated field at each corner of each cell
/// of four pixels; within a cell they lie between those at the corners.
template <class Use>
void for_each_gradient(const MotionField& field, Use&& use) {
  const cv::Mat1f &u = field.u, &v = field.v;
  for (int y = 0; y + 1 < u.rows; ++y)
    for (int x = 0; x + 1 < u.cols; ++x)
      for (const int row : {y, y + 1})
        for (const int column : {x, x + 1})
          use(u(row, x + 1) - u(row, x), u(y + 1, column) - u(y, column), v(row, x + 1) - v(row, x),
              v(y + 1, column) - v(y, column));
}

cv::Point2d interpolated(const MotionField& field, cv::Point2d at) {
  const double x = std::clamp(at.x, 0.0, field.u.cols - 1.0), y = std::clamp(at.y, 0.0, field.u.rows - 1.0);
  const int x0 = std::min(static_cast<int>(x), field.u.cols - 2), y0 = std::min(static_cast<int>(y), field.u.rows - 2);
  const double fx = x - x0, fy = y - y0;
  const auto mix = [&](const cv::Mat1f& map) {
    const double above = map(y0, x0) * (1 - fx) + map(y0, x0 + 1) * fx;
    const double below = map(y0 + 1, x0) * (1 - fx) + map(y0 + 1, x0 + 1) * fx;
    return above * (1 - fy) + below * fy;
  };
  return {mix(field.u), mix(field.v)};
}

/// Weights of Catmull-Rom's cubic at -1, 0, 1, 2 for a point at t in [0, 1).
std::array<float, 4> cubic_weights(double t) {
  const double t2 = t * t, t3 = t2 * t;
  return {static_cast<float>((-t3 + 2 * t2 - t) / 2), static_cast<float>((3 * t3 - 5 * t2 + 2) / 2),
          static_cast<float>((-3 * t3 + 4 * t2 + t) / 2), static_cast<float>((t3 - t2) / 2)};
}

/// cv::remap rounds coordinates to 1/32 pixel, which would be the largest error of the motion; hence this.
cv::Vec3f bicubic(const cv::Mat& image, cv::Point2d at) {
  const double x = std::clamp(at.x, 0.0, image.cols - 1.0), y = std::clamp(at.y, 0.0, image.rows - 1.0);
  const int x0 = static_cast<int>(x), y0 = static_cast<int>(y);
  const auto across = cubic_weights(x - x0), along = cubic_weights(y - y0);
  cv::Vec3f sum(0, 0, 0);
  for (int j = 0; j < 4; ++j) {
    const auto* row = image.ptr<cv::Vec3b>(std::clamp(y0 + j - 1, 0, image.rows - 1));
    cv::Vec3f line(0, 0, 0);
    for (int i = 0; i < 4; ++i)
      line += cv::Vec3f(row[std::clamp(x0 + i - 1, 0, image.cols - 1)]) * across[static_cast<std::size_t>(i)];
    sum += line * along[static_cast<std::size_t>(j)];
  }
  return sum;
}

}  // namespace

MotionField unit_displacement(const std::vector<Push>& pushes, const Landmarks& landmarks, FaceSide side,
                              cv::Size size) {
  cv::Mat1d u(size, 0.0), v(size, 0.0);
  for (const Push& push : pushes) {
    const auto across = gaussian(push.centre.x, push.radius, size.width);
    const auto along = gaussian(push.centre.y, push.radius, size.height);
    for (int y = 0; y < size.height; ++y)
      for (int x = 0; x < size.width; ++x) {
        const double weight = across[static_cast<std::size_t>(x)] * along[static_cast<std::size_t>(y)];
        u(y, x) += push.motion.x * weight;
        v(y, x) += push.motion.y * weight;
      }
  }

  const FacePose pose = face_pose(landmarks);
  const cv::Mat1d mask = face_mask(landmarks, pose, size);
  const auto across = border_window(size.width), along = border_window(size.height);
  double largest = 0;
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x) {
      const double weight = mask(y, x) * across[static_cast<std::size_t>(x)] * along[static_cast<std::size_t>(y)] *
                            side_window(x, y, pose, side);
      u(y, x) *= weight;
      v(y, x) *= weight;
      largest = std::max(largest, std::hypot(u(y, x), v(y, x)));
    }
  if (!(largest > 0)) throw std::invalid_argument("unit_displacement: nothing moves inside the picture");

  MotionField unit;
  u.convertTo(unit.u, CV_32F, 1 / largest);
  v.convertTo(unit.v, CV_32F, 1 / largest);
  return unit;
}

double largest_amplitude(const MotionField& unit) {
  double limit = std::numeric_limits<double>::infinity();
  for_each_gradient(unit, [&](double g11, double g12, double g21, double g22) {
    limit = std::min(limit, fold_limit(g11, g12, g21, g22));
  });
  return limit;
}

cv::Mat moved(const cv::Mat& still, const MotionField& motion, double amplitude) {
  cv::Mat result;
  still.convertTo(result, CV_32FC3);
  if (amplitude == 0) return result;

  // Backward warping needs x with x + D(x) = y. Plain fixed-point iteration diverges where the field stretches to more
  // than twice the length; a step shortened by the steepest derivative does not.
  double steepest = 0;
  for_each_gradient(motion, [&](double g11, double g12, double g21, double g22) {
    steepest = std::max(steepest, g11 * g11 + g12 * g12 + g21 * g21 + g22 * g22);
  });
  const double step = 1 / (1 + amplitude * std::sqrt(steepest) / 2);
  constexpr double kTolerance = 1e-5;  // pixels
  constexpr int kMostIterations = 500;

  for (int row = 0; row < result.rows; ++row)
    for (int column = 0; column < result.cols; ++column) {
      const cv::Point2d target(column, row);
      cv::Point2d source = target;
      for (int i = 0; i < kMostIterations; ++i) {
        const cv::Point2d error = source + amplitude * interpolated(motion, source) - target;
        if (error.dot(error) < kTolerance * kTolerance) break;
        source -= step * error;
      }
      if (source != target) result.at<cv::Vec3f>(row, column) = bicubic(still, source);
    }
  return result;
}

}  // namespace merkit
