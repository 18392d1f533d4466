#include "spotting/face_regions.h"

#include <algorithm>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace merkit::spotting {

namespace {

constexpr double kReferenceWidth = 140;  // settings in pixels are meant for crops of this width

/// Landmarks whose mean is the centre of a patch.
const std::vector<std::vector<int>> kPatches = {{17, 18},
                                                {19},
                                                {20, 21},
                                                {21, 22},
                                                {22, 23},
                                                {24},
                                                {25, 26},
                                                {31},
                                                {35},
                                                {48},
                                                {54},
                                                {51},
                                                {57},
                                                {40, 41, 48, 48, 31},
                                                {46, 47, 54, 54, 35}};
static_assert(kFaceRegions == 15);

cv::Point2f mean_of(const Landmarks& landmarks, const std::vector<int>& points) {
  cv::Point2f sum(0, 0);
  for (const int p : points) sum += landmarks[p];
  return sum * (1.f / static_cast<float>(points.size()));
}

cv::Mat1b eye_mask(const Landmarks& landmarks, int first, cv::Size size, double padding_px) {
  std::vector<cv::Point> outline;
  for (int p = first; p < first + 6; ++p) outline.emplace_back(landmarks[p]);
  cv::Mat1b mask(size, static_cast<uchar>(0));
  cv::fillConvexPoly(mask, outline, cv::Scalar(255));
  const int side = 2 * std::max(1, static_cast<int>(padding_px)) + 1;
  cv::dilate(mask, mask, cv::getStructuringElement(cv::MORPH_ELLIPSE, {side, side}));
  return mask;
}

/// The face between jaw and brows, or somewhat above these.
cv::Mat1b face_mask(const Landmarks& landmarks, cv::Size size, float above_px = 0) {
  std::vector<cv::Point> outline(landmarks.begin(), landmarks.begin() + 27), hull;
  if (above_px > 0)
    for (int p = 17; p < 27; ++p) outline.emplace_back(landmarks[p] - cv::Point2f(0, above_px));
  cv::convexHull(outline, hull);
  cv::Mat1b mask(size, static_cast<uchar>(0));
  cv::fillConvexPoly(mask, hull, cv::Scalar(255));
  return mask;
}

/// Every third pixel of a mask, each way.
std::vector<cv::Point> grid_within(const cv::Mat1b& mask) {
  std::vector<cv::Point> points;
  for (int y = 1; y < mask.rows; y += 3)
    for (int x = 1; x < mask.cols; x += 3)
      if (mask(y, x)) points.emplace_back(x, y);
  return points;
}

Region region_of(const cv::Mat1b& mask) {
  Region region;
  double x_sum = 0, y_sum = 0;
  for (int row = 0; row < mask.rows; ++row) {
    const uchar* pixels = mask[row];
    for (int begin = 0; begin < mask.cols;) {
      if (!pixels[begin]) {
        ++begin;
        continue;
      }
      int end = begin + 1;
      while (end < mask.cols && pixels[end]) ++end;
      const int count = end - begin;
      region.runs.push_back({row, begin, end});
      region.pixels += count;
      x_sum += 0.5 * count * (begin + end - 1);
      y_sum += static_cast<double>(count) * row;
      begin = end;
    }
  }
  if (region.pixels > 0) region.centre = {x_sum / region.pixels, y_sum / region.pixels};
  return region;
}

double distance_of_eyes(const Landmarks& points) {
  return cv::norm(mean_of(points, {36, 39}) - mean_of(points, {42, 45}));
}

}  // namespace

FaceRegions face_regions(const AlignedFace& face) {
  const auto& points = face.landmarks;
  const cv::Size size = face.image.size();
  const double eye_distance = distance_of_eyes(points);
  FaceRegions regions;
  regions.scale = kReferenceWidth / std::max(1, size.width);
  regions.patch_px = 0.24 * eye_distance;
  const cv::Mat1b left_eye = eye_mask(points, 36, size, 0.1 * eye_distance);
  const cv::Mat1b right_eye = eye_mask(points, 42, size, 0.1 * eye_distance);
  const cv::Mat1b eyes = left_eye | right_eye;
  cv::Mat1b moving = eyes.clone();
  for (int r = 0; r < kFaceRegions; ++r) {
    const cv::Point2f centre = mean_of(points, kPatches[r]);
    const auto half = static_cast<float>(regions.patch_px / 2);
    cv::Mat1b mask(size, static_cast<uchar>(0));
    cv::rectangle(mask, cv::Point(centre - cv::Point2f(half, half)), cv::Point(centre + cv::Point2f(half, half)),
                  cv::Scalar(255), cv::FILLED);
    mask.setTo(0, eyes);  // lids move with every blink
    regions.face[r] = region_of(mask);
    moving |= mask;
  }
  regions.eyes = {region_of(left_eye), region_of(right_eye)};
  regions.rigid = grid_within(face_mask(points, size) & ~moving);
  return regions;
}

std::vector<Region> face_blocks(const AlignedFace& face, int blocks) {
  const cv::Size size = face.image.size();
  const double eye_distance = distance_of_eyes(face.landmarks);
  cv::Mat1b skin = face_mask(face.landmarks, size, static_cast<float>(0.25 * eye_distance));
  for (const int first : {36, 42}) skin.setTo(0, eye_mask(face.landmarks, first, size, 0.1 * eye_distance));
  std::vector<Region> result;
  for (int row = 0; row < blocks; ++row)
    for (int column = 0; column < blocks; ++column) {
      const cv::Point from(column * size.width / blocks, row * size.height / blocks);
      const cv::Point to((column + 1) * size.width / blocks, (row + 1) * size.height / blocks);
      cv::Mat1b block(size, static_cast<uchar>(0));
      const cv::Rect area(from, to);
      skin(area).copyTo(block(area));
      Region region = region_of(block);
      if (3 * region.pixels >= area.area()) result.push_back(std::move(region));
    }
  return result;
}

}  // namespace merkit::spotting
