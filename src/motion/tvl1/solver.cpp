#include "motion/tvl1/solver.h"

#include "merkit/core/instruction_set.h"

#include <algorithm>
#include <cmath>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace merkit::tvl1 {
namespace {

constexpr int kSmallestLevel = 16;  ///< pixels; a level below has no picture left to compare

/// A plane as a matrix, without copying.
cv::Mat1f view(const Grid& grid, Plane plane) {
  return {grid.height(), grid.width(), grid.row(plane, 0), static_cast<std::size_t>(grid.row_pitch()) * sizeof(float)};
}

/// Factor and offset that bring the least value of both pictures to 0 and the greatest to 255.
cv::Vec2d stretch_to_255(const cv::Mat1b& from, const cv::Mat1b& to) {
  double least[2], most[2];
  cv::minMaxLoc(from, &least[0], &most[0]);
  cv::minMaxLoc(to, &least[1], &most[1]);
  const double low = std::min(least[0], least[1]), high = std::max(most[0], most[1]);
  const double factor = high > low ? 255 / (high - low) : 1;
  return {factor, -low * factor};
}

/// Gaussian filter of `sigma` pixels; with 0, `to` becomes another name for `from`.
void smooth(const cv::Mat1f& from, cv::Mat1f& to, double sigma) {
  if (sigma > 0)
    cv::GaussianBlur(from, to, {}, sigma, sigma, cv::BORDER_REPLICATE);
  else
    to = from;
}

}  // namespace

Solver::Solver(const Tvl1Config& config) : config_(config) {
  instruction_set();  // chooses the kernels
}

MotionField Solver::operator()(const cv::Mat1b& from, const cv::Mat1b& to) {
  build_pyramid(from, to);
  for (int level = used_ - 1; level >= 0; --level) {
    if (level < used_ - 1) lift(levels_[level + 1].grid, levels_[level].grid);
    solve(levels_[level]);
  }
  return {view(levels_[0].grid, kU).clone(), view(levels_[0].grid, kV).clone()};
}

void Solver::make_room(Level& level, cv::Size size) {
  level.from_memory.create(size.height, size.width + Grid::kMargin);
  level.from = level.from_memory(cv::Rect({0, 0}, size));
}

void Solver::build_pyramid(const cv::Mat1b& from, const cv::Mat1b& to) {
  if (levels_.empty()) levels_.emplace_back();
  const cv::Vec2d stretch = config_.normalise ? stretch_to_255(from, to) : cv::Vec2d(1, 0);
  make_room(levels_[0], from.size());
  from.convertTo(levels_[0].from, CV_32F, stretch[0], stretch[1]);
  to.convertTo(levels_[0].to, CV_32F, stretch[0], stretch[1]);
  for (cv::Mat1f* picture : {&levels_[0].from, &levels_[0].to}) smooth(*picture, *picture, config_.presmoothing);

  const double step = config_.scale_step, sigma = config_.pyramid_smoothing * std::sqrt(1 / (step * step) - 1);
  for (used_ = 1; used_ < config_.scales; ++used_) {
    const cv::Size finer = levels_[used_ - 1].from.size();
    const cv::Size size(cvRound(finer.width * step), cvRound(finer.height * step));
    if (std::min(size.width, size.height) < kSmallestLevel) break;
    if (static_cast<int>(levels_.size()) == used_) levels_.emplace_back();
    make_room(levels_[used_], size);
    for (cv::Mat1f Level::*picture : {&Level::from, &Level::to}) {
      cv::Mat1f smoothed;
      smooth(levels_[used_ - 1].*picture, smoothed, sigma);
      cv::resize(smoothed, levels_[used_].*picture, {}, step, step, cv::INTER_LINEAR);
    }
  }
  for (int i = 0; i < used_; ++i) levels_[i].grid.resize(levels_[i].from.cols, levels_[i].from.rows);
}

void Solver::prepare_warps(const cv::Mat1f& to) {
  constexpr int kBorder = WarpSource::kBorder;
  const int width = to.cols, height = to.rows;
  warp_source_.pitch = 4 * (width + 2 * kBorder);
  const std::size_t needed = static_cast<std::size_t>(warp_source_.pitch) * (height + 2 * kBorder);
  if (warp_pixels_.size() < needed) warp_pixels_.resize(needed);
  warp_source_.pixels = warp_pixels_.data() + kBorder * warp_source_.pitch + 4 * kBorder;
  for (int y = 0; y < height; ++y) {
    const float* const row = to[y];
    const float* const above = to[std::max(y - 1, 0)];
    const float* const below = to[std::min(y + 1, height - 1)];
    float* const out = warp_pixels_.data() + (y + kBorder) * warp_source_.pitch + 4 * kBorder;
    for (int x = 0; x < width; ++x) {
      out[4 * x] = row[x];
      out[4 * x + 1] = 0.5f * (row[std::min(x + 1, width - 1)] - row[std::max(x - 1, 0)]);
      out[4 * x + 2] = 0.5f * (below[x] - above[x]);
      out[4 * x + 3] = 0;
    }
    for (int i = 1; i <= kBorder; ++i) {
      std::copy_n(out, 4, out - 4 * i);
      std::copy_n(out + 4 * (width - 1), 4, out + 4 * (width - 1 + i));
    }
  }
  const auto row = [&](int y) { return warp_pixels_.data() + (y + kBorder) * warp_source_.pitch; };
  for (int i = 1; i <= kBorder; ++i) {
    std::copy_n(row(0), warp_source_.pitch, row(-i));
    std::copy_n(row(height - 1), warp_source_.pitch, row(height - 1 + i));
  }
}

void Solver::solve(Level& level) {
  const Grid& grid = level.grid;
  const Steps steps{static_cast<float>(config_.lambda * config_.theta), static_cast<float>(config_.theta),
                    static_cast<float>(config_.tau / config_.theta)};
  const double enough = config_.epsilon * config_.epsilon * level.from.total();
  prepare_warps(level.to);
  for (int warps = 0; warps < config_.warps; ++warps) {
    warp(grid, warp_source_, level.from[0], static_cast<std::ptrdiff_t>(level.from.step1()));
    bool moving = true;
    for (int outer = 0; moving && outer < config_.outer_iterations; ++outer) {
      if (config_.median_filter > 1) median_filter(grid, config_.median_filter, scratch_);
      for (int inner = 0; moving && inner < config_.inner_iterations; ++inner) moving = iterate(grid, steps) > enough;
    }
  }
}

void Solver::lift(const Grid& coarse, Grid& fine) {
  for (const Plane plane : {kU, kV}) {
    cv::Mat1f to = view(fine, plane);
    cv::resize(view(coarse, plane), to, to.size(), 0, 0, cv::INTER_LINEAR);
    to *= 1 / config_.scale_step;
  }
}

}  // namespace merkit::tvl1
