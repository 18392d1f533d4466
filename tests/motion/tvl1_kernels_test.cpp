#include "motion/each_instruction_set.h"
#include "motion/tvl1/kernels.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include <gtest/gtest.h>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace merkit::tvl1 {

namespace {

using testing::for_each_instruction_set;

const cv::Size kSizes[] = {{1, 1}, {3, 2}, {8, 8}, {16, 5}, {17, 9}, {33, 40}, {70, 11}};

cv::Mat1f plane_of(const Grid& grid, Plane plane) {
  return {grid.height(), grid.width(), grid.row(plane, 0), static_cast<std::size_t>(grid.row_pitch()) * sizeof(float)};
}

cv::Mat1f noise(cv::Size size, float from, float to, int seed) {
  std::mt19937 random(static_cast<unsigned>(seed));
  std::uniform_real_distribution<float> value(from, to);
  cv::Mat1f result(size);
  for (float& x : result) x = value(random);
  return result;
}

/// A level in the midst of its iterations.
Grid some_grid(cv::Size size) {
  Grid grid;
  grid.resize(size.width, size.height);
  for (const Plane plane : {kU, kV}) noise(size, -2, 2, plane).copyTo(plane_of(grid, plane));
  for (const Plane plane : {kUDualX, kUDualY, kVDualX, kVDualY})
    noise(size, -.7f, .7f, plane).copyTo(plane_of(grid, plane));
  // No gradient leads across the border, so its dual field is none.
  for (const Plane plane : {kUDualX, kVDualX}) plane_of(grid, plane).col(size.width - 1) = 0;
  for (const Plane plane : {kGradientX, kGradientY}) noise(size, -20, 20, plane).copyTo(plane_of(grid, plane));
  noise(size, -30, 30, kResidual).copyTo(plane_of(grid, kResidual));
  cv::Mat1f inverse = plane_of(grid, kInverse);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x) {
      const float gx = plane_of(grid, kGradientX)(y, x), gy = plane_of(grid, kGradientY)(y, x);
      inverse(y, x) = 1 / (gx * gx + gy * gy);
    }
  return grid;
}

struct Component {
  cv::Mat1d motion, dual_x, dual_y;
};

/// The iteration as the article writes it, one pixel after the other and in double precision.
double iterate_plainly(const Grid& grid, const Steps& steps, Component& u, Component& v) {
  const cv::Mat1f gx = plane_of(grid, kGradientX), gy = plane_of(grid, kGradientY),
                  residual = plane_of(grid, kResidual);
  const cv::Mat1d old_u = u.motion.clone(), old_v = v.motion.clone();
  const auto divergence = [](const Component& c, int y, int x) {
    return c.dual_x(y, x) - (x > 0 ? c.dual_x(y, x - 1) : 0) + c.dual_y(y, x) - (y > 0 ? c.dual_y(y - 1, x) : 0);
  };
  double sum = 0;
  for (int y = 0; y < gx.rows; ++y)
    for (int x = 0; x < gx.cols; ++x) {
      const double square = double(gx(y, x)) * gx(y, x) + double(gy(y, x)) * gy(y, x);
      const double rho = residual(y, x) + gx(y, x) * old_u(y, x) + gy(y, x) * old_v(y, x);
      double along = -rho / square;
      if (rho < -steps.data * square) along = steps.data;
      if (rho > steps.data * square) along = -steps.data;
      u.motion(y, x) = old_u(y, x) + along * gx(y, x) + steps.coupling * divergence(u, y, x);
      v.motion(y, x) = old_v(y, x) + along * gy(y, x) + steps.coupling * divergence(v, y, x);
      sum += std::pow(u.motion(y, x) - old_u(y, x), 2) + std::pow(v.motion(y, x) - old_v(y, x), 2);
    }
  for (Component* c : {&u, &v})
    for (int y = 0; y < gx.rows; ++y)
      for (int x = 0; x < gx.cols; ++x) {
        const double dx = x + 1 < gx.cols ? c->motion(y, x + 1) - c->motion(y, x) : 0;
        const double dy = y + 1 < gx.rows ? c->motion(y + 1, x) - c->motion(y, x) : 0;
        const double norm = 1 + steps.dual * std::hypot(dx, dy);
        c->dual_x(y, x) = (c->dual_x(y, x) + steps.dual * dx) / norm;
        c->dual_y(y, x) = (c->dual_y(y, x) + steps.dual * dy) / norm;
      }
  return sum;
}

double largest_difference(const Grid& grid, Plane plane, const cv::Mat1d& expected) {
  cv::Mat1d found;
  plane_of(grid, plane).convertTo(found, CV_64F);
  return cv::norm(found, expected, cv::NORM_INF);
}

WarpSource warp_source(const cv::Mat1f& picture, std::vector<float>& memory) {
  constexpr int kBorder = WarpSource::kBorder;
  cv::Mat1f wide;
  cv::copyMakeBorder(picture, wide, kBorder, kBorder, kBorder, kBorder, cv::BORDER_REPLICATE);
  memory.clear();
  for (const float value : wide) memory.insert(memory.end(), {value, 2 * value, -value, 0});
  WarpSource source{};
  source.pitch = 4 * wide.cols;
  source.pixels = memory.data() + kBorder * source.pitch + 4 * kBorder;
  return source;
}

/// Floats beyond each row that a kernel may read, as the solver gives them.
cv::Mat1f with_room(const cv::Mat1f& picture) {
  cv::Mat1f roomy(picture.rows + 1, picture.cols + Grid::kMargin, 0.f);
  cv::Mat1f view = roomy(cv::Rect(0, 0, picture.cols, picture.rows));
  picture.copyTo(view);
  return view;
}

}  // namespace

TEST(Tvl1Iteration, IsThatOfTheArticle) {
  const Steps steps{0.045f, 0.3f, 0.25f / 0.3f};
  for_each_instruction_set([&] {
    for (const cv::Size size : kSizes) {
      const Grid grid = some_grid(size);
      Component u, v;
      const auto copied = [&](Plane plane) {
        cv::Mat1d copy;
        plane_of(grid, plane).convertTo(copy, CV_64F);
        return copy;
      };
      u = {copied(kU), copied(kUDualX), copied(kUDualY)};
      v = {copied(kV), copied(kVDualX), copied(kVDualY)};
      for (int i = 0; i < 3; ++i) {
        const double expected = iterate_plainly(grid, steps, u, v);
        EXPECT_NEAR(iterate(grid, steps), expected, 1e-5 * expected) << size;
      }
      EXPECT_LT(largest_difference(grid, kU, u.motion), 1e-5) << size;
      EXPECT_LT(largest_difference(grid, kV, v.motion), 1e-5) << size;
      EXPECT_LT(largest_difference(grid, kUDualX, u.dual_x), 1e-5) << size;
      EXPECT_LT(largest_difference(grid, kUDualY, u.dual_y), 1e-5) << size;
      EXPECT_LT(largest_difference(grid, kVDualX, v.dual_x), 1e-5) << size;
      EXPECT_LT(largest_difference(grid, kVDualY, v.dual_y), 1e-5) << size;
    }
  });
}

TEST(Tvl1Iteration, MovesAsFarAsTheDataTermMayWhereThereIsAGradientAndNowhereElse) {
  Grid grid;
  grid.resize(20, 1);
  plane_of(grid, kGradientX)(0, 4) = 10;
  plane_of(grid, kInverse) = 1e7f;
  plane_of(grid, kInverse)(0, 4) = 0.01f;
  plane_of(grid, kResidual) = 50;
  iterate(grid, {0.045f, 0.3f, 0.8f});
  for (int x = 0; x < 20; ++x) EXPECT_FLOAT_EQ(plane_of(grid, kU)(0, x), x == 4 ? -0.45f : 0.f);
}

TEST(Tvl1Median, IsTheMiddleOfTheSortedWindow) {
  for_each_instruction_set([] {
    Scratch scratch;
    for (const cv::Size size : kSizes)
      for (const int window : {3, 5}) {
        const Grid grid = some_grid(size);
        // Few different values: equal ones must not confuse it.
        for (float& x : plane_of(grid, kV)) x = std::round(x);
        cv::Mat1f before[2] = {plane_of(grid, kU).clone(), plane_of(grid, kV).clone()};
        median_filter(grid, window, scratch);
        for (const Plane plane : {kU, kV}) {
          cv::Mat1f wide;
          const int reach = window / 2;
          cv::copyMakeBorder(before[plane], wide, reach, reach, reach, reach, cv::BORDER_REPLICATE);
          for (int y = 0; y < size.height; ++y)
            for (int x = 0; x < size.width; ++x) {
              cv::Mat1f values = wide(cv::Rect(x, y, window, window)).clone();
              std::nth_element(values.begin(), values.begin() + window * window / 2, values.end());
              ASSERT_EQ(plane_of(grid, plane)(y, x), *(values.begin() + window * window / 2))
                  << size << " at " << x << "," << y << " window " << window;
            }
        }
      }
  });
}

TEST(Tvl1Warp, ByWholePixelsTakesTheNeighboursValues) {
  for_each_instruction_set([] {
    const cv::Size size(37, 12);
    const cv::Mat1f first = with_room(noise(size, 0, 255, 1)), second = noise(size, 0, 255, 2);
    std::vector<float> memory;
    const WarpSource source = warp_source(second, memory);
    Grid grid;
    grid.resize(size.width, size.height);
    plane_of(grid, kU) = 3;
    plane_of(grid, kV) = -2;
    warp(grid, source, first[0], static_cast<std::ptrdiff_t>(first.step1()));
    for (int y = 0; y < size.height; ++y)
      for (int x = 0; x < size.width; ++x) {
        const bool inside = x + 3 < size.width && y - 2 >= 0;
        const float value = inside ? second(y - 2, x + 3) : 0;
        EXPECT_FLOAT_EQ(plane_of(grid, kGradientX)(y, x), 2 * value);
        EXPECT_FLOAT_EQ(plane_of(grid, kGradientY)(y, x), -value);
        if (inside) {
          EXPECT_NEAR(plane_of(grid, kResidual)(y, x), value - first(y, x) - 3 * 2 * value - 2 * value, 1e-3);
        }
        EXPECT_FLOAT_EQ(plane_of(grid, kInverse)(y, x), 1 / std::max(5 * value * value, 1e-7f));
      }
  });
}

TEST(Tvl1Warp, BetweenPixelsIsOpenCvsBicubicInterpolation) {
  for_each_instruction_set([] {
    const cv::Size size(40, 23);
    const cv::Mat1f first = with_room(cv::Mat1f(size, 0.f)), second = noise(size, 0, 255, 3);
    std::vector<float> memory;
    const WarpSource source = warp_source(second, memory);
    Grid grid;
    grid.resize(size.width, size.height);
    cv::RNG numbers(4);
    const auto random = [&] { return numbers.uniform(0, 129); };
    // OpenCV rounds positions to 1/32 pixel: these are exact in it.
    for (const Plane plane : {kU, kV}) {
      cv::Mat1f motion = plane_of(grid, plane);
      for (float& x : motion) x = static_cast<float>(random() - 64) / 32;
    }
    cv::Mat1f map_x(size), map_y(size), expected;
    for (int y = 0; y < size.height; ++y)
      for (int x = 0; x < size.width; ++x) {
        map_x(y, x) = x + plane_of(grid, kU)(y, x);
        map_y(y, x) = y + plane_of(grid, kV)(y, x);
      }
    cv::remap(second, expected, map_x, map_y, cv::INTER_CUBIC, cv::BORDER_REPLICATE);
    warp(grid, source, first[0], static_cast<std::ptrdiff_t>(first.step1()));
    for (int y = 4; y < size.height - 4; ++y)
      for (int x = 4; x < size.width - 4; ++x)
        EXPECT_NEAR(-plane_of(grid, kGradientY)(y, x), expected(y, x), 1e-2) << x << "," << y;
  });
}

TEST(Tvl1Warp, OutsideAndWhereMotionIsNotANumberHasNoGradient) {
  for_each_instruction_set([] {
    const cv::Size size(9, 8);
    const cv::Mat1f first = with_room(noise(size, 0, 255, 1)), second = noise(size, 10, 255, 2);
    std::vector<float> memory;
    const WarpSource source = warp_source(second, memory);
    Grid grid;
    grid.resize(size.width, size.height);
    const float bad[] = {NAN, INFINITY, -INFINITY, 1e30f, -1e30f, 9, -9};
    for (int i = 0; i < 7; ++i) plane_of(grid, i % 2 ? kU : kV)(3, i) = bad[i];
    warp(grid, source, first[0], static_cast<std::ptrdiff_t>(first.step1()));
    for (int x = 0; x < 9; ++x) {
      EXPECT_EQ(plane_of(grid, kGradientX)(3, x) == 0, x < 7) << x;
      EXPECT_EQ(plane_of(grid, kGradientY)(3, x) == 0, x < 7) << x;
    }
  });
}

TEST(Tvl1Grid, IsAllZeroWhateverItHeldBefore) {
  Grid grid;
  grid.resize(30, 20);
  for (int plane = 0; plane < kPlanes; ++plane) plane_of(grid, static_cast<Plane>(plane)) = 7;
  grid.resize(13, 9);
  for (int plane = 0; plane < kPlanes; ++plane)
    for (int y = 0; y < 9; ++y)
      for (int x = -Grid::kMargin; x < 13 + Grid::kMargin; ++x) EXPECT_EQ(grid.row(static_cast<Plane>(plane), y)[x], 0);
}

}  // namespace merkit::tvl1
