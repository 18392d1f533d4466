#include "face/patch_tracker.h"

#include <algorithm>
#include <cmath>

#include <opencv2/imgproc.hpp>

// The innermost sums in two forms, chosen when the program starts. Both give the same floats: no form fuses
// multiplications and additions.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define MERKIT_WIDER_VECTORS __attribute__((target_clones("avx2", "default")))
#else
#define MERKIT_WIDER_VECTORS
#endif

namespace merkit {
namespace {

constexpr int kSteps = 30;
constexpr float kSmallStep = 0.003F;
constexpr float kTurnedBack = 0.01F;  ///< two successive steps that cancel each other up to this: the place is between
constexpr int kHalf = Patch::kSide / 2;

/// Lesser eigenvalue of the gradients' mean products, in grey levels per pixel squared, below which a patch could lie
/// anywhere along an edge. That of OpenCV's tracker: 1e-4 in its units.
constexpr float kDistinct = 0.1F;

/// Weights of the four neighbours of a place between pixels, and where the first of them is.
struct Between {
  int x, y;
  float w00, w01, w10, w11;

  Between(float px, float py) : x(static_cast<int>(std::floor(px))), y(static_cast<int>(std::floor(py))) {
    const float fx = px - static_cast<float>(x), fy = py - static_cast<float>(y);
    w00 = (1 - fx) * (1 - fy), w01 = fx * (1 - fy), w10 = (1 - fx) * fy, w11 = fx * fy;
  }

  bool inside(const cv::Mat1f& picture, int columns, int rows) const {
    return x >= 0 && y >= 0 && x + columns < picture.cols && y + rows < picture.rows;
  }
};

/// Upper left corner of a patch in a level with its border.
cv::Point2f corner_of(cv::Point2f centre) {
  const auto shift = static_cast<float>(PatchPyramid::kBorder - kHalf);
  return {centre.x + shift, centre.y + shift};
}

/// Near enough to a picture for whole numbers to hold it; not so what is not a number.
bool reasonable(cv::Point2f p) { return std::abs(p.x) < 1e6F && std::abs(p.y) < 1e6F; }

/// Sums over the patch of its gradients times the difference between what is at a place and the patch.
struct Slope {
  float x = 0, y = 0;
};

MERKIT_WIDER_VECTORS Slope slope_at(const Patch& patch, const cv::Mat1f& level, const Between& at) {
  // A sum for each column: the order of the additions does not depend on how they are grouped into vectors.
  float by_column_x[Patch::kRow] = {}, by_column_y[Patch::kRow] = {};
  for (int row = 0; row < Patch::kSide; ++row) {
    const float *upper = level.ptr<float>(at.y + row) + at.x, *lower = level.ptr<float>(at.y + row + 1) + at.x;
    const float* grey = patch.grey.data() + row * Patch::kRow;
    const float* across = patch.across.data() + row * Patch::kRow;
    const float* down = patch.down.data() + row * Patch::kRow;
    for (int i = 0; i < Patch::kRow; ++i) {
      const float here = at.w00 * upper[i] + at.w01 * upper[i + 1] + at.w10 * lower[i] + at.w11 * lower[i + 1];
      const float change = here - grey[i];
      by_column_x[i] += change * across[i];
      by_column_y[i] += change * down[i];
    }
  }
  Slope slope;
  for (int i = 0; i < Patch::kRow; ++i) slope.x += by_column_x[i], slope.y += by_column_y[i];
  return slope;
}

}  // namespace

PatchPyramid::PatchPyramid(const cv::Mat1b& picture) {
  cv::Mat1b half, level = picture;
  cv::Mat1b bordered;
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    if (i > 0) {
      cv::pyrDown(level, half);
      level = half.clone();
    }
    cv::copyMakeBorder(level, bordered, kBorder, kBorder, kBorder, kBorder, cv::BORDER_REFLECT_101);
    bordered.convertTo(levels_[i], CV_32F);
  }
}

Patch::Patch(const cv::Mat1f& level, cv::Point2f centre) : grey{}, across{}, down{} {
  const cv::Point2f corner = corner_of(centre);
  constexpr int kWide = kSide + 2;  // the gradients need one pixel more on each side
  if (!reasonable(corner)) return;
  const Between at(corner.x - 1, corner.y - 1);
  if (!at.inside(level, kWide, kWide)) return;
  float wide[kWide][kWide];
  for (int row = 0; row < kWide; ++row) {
    const float *upper = level[at.y + row] + at.x, *lower = level[at.y + row + 1] + at.x;
    for (int i = 0; i < kWide; ++i)
      wide[row][i] = at.w00 * upper[i] + at.w01 * upper[i + 1] + at.w10 * lower[i] + at.w11 * lower[i + 1];
  }
  for (int row = 0; row < kSide; ++row)
    for (int i = 0; i < kSide; ++i) {
      const float *a = wide[row] + i, *b = wide[row + 1] + i, *c = wide[row + 2] + i;
      const auto k = static_cast<std::size_t>(row * kRow + i);
      grey[k] = b[1];
      across[k] = (3 * (a[2] - a[0] + c[2] - c[0]) + 10 * (b[2] - b[0])) / 32;  // Scharr
      down[k] = (3 * (c[0] - a[0] + c[2] - a[2]) + 10 * (c[1] - a[1])) / 32;
      aa += across[k] * across[k];
      ad += across[k] * down[k];
      dd += down[k] * down[k];
    }
  const float lesser = (aa + dd - std::sqrt((aa - dd) * (aa - dd) + 4 * ad * ad)) / (2 * kSide * kSide);
  distinct = lesser > kDistinct;
}

bool follow_patch(const Patch& patch, const cv::Mat1f& level, cv::Point2f& centre) {
  if (!patch.distinct) return false;
  const float determinant = patch.aa * patch.dd - patch.ad * patch.ad;
  cv::Point2f last(0, 0);
  for (int step = 0; step < kSteps; ++step) {
    const cv::Point2f corner = corner_of(centre);
    if (!reasonable(corner)) return false;
    const Between at(corner.x, corner.y);
    if (!at.inside(level, Patch::kRow, Patch::kSide)) return false;
    const Slope slope = slope_at(patch, level, at);
    const cv::Point2f move((patch.ad * slope.y - patch.dd * slope.x) / determinant,
                           (patch.ad * slope.x - patch.aa * slope.y) / determinant);
    centre += move;
    if (move.x * move.x + move.y * move.y <= kSmallStep * kSmallStep) break;
    if (step > 0 && std::abs(move.x + last.x) < kTurnedBack && std::abs(move.y + last.y) < kTurnedBack) {
      centre -= move * 0.5F;
      break;
    }
    last = move;
  }
  return true;
}

PointPatches patches_at(const PatchPyramid& pyramid, cv::Point2f point) {
  PointPatches patches;
  for (int i = 0; i < PatchPyramid::kLevels; ++i)
    patches.emplace_back(pyramid.level(i), point / static_cast<float>(1 << i));
  return patches;
}

bool follow_point(const PointPatches& patches, const PatchPyramid& pyramid, cv::Point2f& point) {
  point /= static_cast<float>(1 << PatchPyramid::kLevels);
  bool found = false;
  // A coarse level that has nothing to hold on to leaves the place as it is; the finest one decides.
  for (int i = PatchPyramid::kLevels; i-- > 0;) {
    point *= 2;
    cv::Point2f moved = point;
    found = follow_patch(patches[static_cast<std::size_t>(i)], pyramid.level(i), moved);
    if (found) point = moved;
  }
  return found;
}

}  // namespace merkit
