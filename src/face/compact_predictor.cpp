#include "face/compact_predictor.h"

#include <algorithm>
#include <array>
#include <utility>

namespace merkit {
namespace {

constexpr std::size_t kTreesAhead = 12;  ///< leaves are called for from memory this many trees before they are added

struct Turn {
  float a, b;  ///< [a -b; b a]: rotation and scale
};

/// Rotation and scale of the similarity that takes the mean shape to `shape`, by least squares (Umeyama 1991,
/// doi:10.1109/34.88573).
Turn turn_between(const float* mean_shape, const std::array<float, kShapeValues>& shape) {
  double mean_x = 0, mean_y = 0, x = 0, y = 0;
  for (int i = 0; i < kShapePoints; ++i) {
    mean_x += mean_shape[2 * i], mean_y += mean_shape[2 * i + 1];
    x += shape[2 * i], y += shape[2 * i + 1];
  }
  mean_x /= kShapePoints, mean_y /= kShapePoints, x /= kShapePoints, y /= kShapePoints;
  double spread = 0, along = 0, across = 0;
  for (int i = 0; i < kShapePoints; ++i) {
    const double px = mean_shape[2 * i] - mean_x, py = mean_shape[2 * i + 1] - mean_y;
    const double qx = shape[2 * i] - x, qy = shape[2 * i + 1] - y;
    spread += px * px + py * py;
    along += px * qx + py * qy;
    across += px * qy - py * qx;
  }
  if (!(spread > 0)) return {1, 0};
  return {static_cast<float>(along / spread), static_cast<float>(across / spread)};
}

/// The picture and the box that shapes are relative to.
struct Place {
  const cv::Mat1b& grey;
  double left, top, width, height;  ///< width and height: from the first to the last pixel

  int pixel(float x, float y) const {
    const double column = left + width * x + 0.5, row = top + height * y + 0.5;
    const bool inside = column >= 0 && row >= 0 && column < grey.cols && row < grey.rows;
    return inside ? grey.ptr<uchar>(static_cast<int>(row))[static_cast<int>(column)] : 0;
  }
};

void read_pixels(const Place& place, const CascadeTables& cascade, std::size_t pixels, const float* mean_shape,
                 const std::array<float, kShapeValues>& shape, std::vector<int>& values) {
  const Turn turn = turn_between(mean_shape, shape);
  for (std::size_t i = 0; i < pixels; ++i) {
    const float dx = cascade.delta[2 * i], dy = cascade.delta[2 * i + 1];
    const float* anchor = &shape[2 * cascade.anchor[i]];
    values[i] = place.pixel(turn.a * dx - turn.b * dy + anchor[0], turn.b * dx + turn.a * dy + anchor[1]);
  }
}

void find_leaves(const CascadeTables& cascade, const CompactShape& shape, const std::vector<int>& values,
                 std::vector<const float*>& found) {
  const std::uint32_t splits = shape.leaves - 1;
  for (std::size_t tree = 0; tree < shape.trees; ++tree) {
    const CompactSplit* split = cascade.splits + tree * splits;
    std::uint32_t node = 0;
    while (node < splits) {
      const bool brighter = values[split[node].first] - values[split[node].second] > split[node].threshold;
      node = 2 * node + (brighter ? 1 : 2);
    }
    found[tree] = cascade.leaves + (tree * shape.leaves + node - splits) * kShapeValues;
  }
}

/// A leaf is spread over nine cache lines, and where it lies is known long before it is needed.
void call_for(const float* leaf) {
  constexpr std::size_t kLine = 64 / sizeof(float);
  for (std::size_t i = 0; i < kShapeValues; i += kLine) __builtin_prefetch(leaf + i);
  __builtin_prefetch(leaf + kShapeValues - 1);
}

/// One leaf after the other, in the order of the trees: the sums' roundings are those of dlib.
void add_leaves(const std::vector<const float*>& leaves, std::array<float, kShapeValues>& shape) {
  for (std::size_t tree = 0; tree < leaves.size(); ++tree) {
    if (tree + kTreesAhead < leaves.size()) call_for(leaves[tree + kTreesAhead]);
    const float* leaf = leaves[tree];
    for (std::size_t i = 0; i < kShapeValues; ++i) shape[i] += leaf[i];
  }
}

}  // namespace

CompactPredictor::CompactPredictor(std::shared_ptr<const std::byte> bytes)
    : bytes_(std::move(bytes)), tables_(tables_of(bytes_.get())) {}

Landmarks CompactPredictor::predict(const cv::Mat1b& grey, const cv::Rect& box) const {
  const Place place{grey, static_cast<double>(box.x), static_cast<double>(box.y), box.width - 1.0, box.height - 1.0};
  std::array<float, kShapeValues> shape;
  std::copy_n(tables_.mean_shape, shape.size(), shape.begin());
  std::vector<int> values(tables_.shape.pixels);
  std::vector<const float*> leaves(tables_.shape.trees);
  for (const CascadeTables& cascade : tables_.cascades) {
    read_pixels(place, cascade, values.size(), tables_.mean_shape, shape, values);
    find_leaves(cascade, tables_.shape, values, leaves);
    add_leaves(leaves, shape);
  }
  Landmarks points;
  for (std::size_t i = 0; i < points.size(); ++i)
    points[i] = cv::Point2f(static_cast<float>(place.left + place.width * shape[2 * i]),
                            static_cast<float>(place.top + place.height * shape[2 * i + 1]));
  return points;
}

}  // namespace merkit
