#include "classical/lbp_top_histograms.h"

#include <cmath>
#include <cstdint>
#include <stdexcept>

#include <opencv2/core.hpp>

namespace merkit {
namespace {

constexpr double kUnit = 16384;  // products with 8-bit values, and sums of four of these, are exact in float

struct Tap {
  int t, y, x;
  float weight;
};
using Neighbour = std::vector<Tap>;  ///< weights sum to 1

/// A place in a plane: how far along each of its two axes. Sines and cosines of right angles are only nearly 0.
double snapped(double value) { return std::abs(value - std::round(value)) < 1e-9 ? std::round(value) : value; }

/// Taps of the place (a, b), where `tap_of` tells what a step along the plane's axes is in the volume.
template <class TapOf>
Neighbour neighbour_at(double a, double b, bool bilinear, TapOf tap_of) {
  a = snapped(a);
  b = snapped(b);
  if (!bilinear) return {tap_of(static_cast<int>(std::lround(a)), static_cast<int>(std::lround(b)), 1.f)};
  const double left = std::floor(a), top = std::floor(b), share_a = a - left, share_b = b - top;
  const double units[4] = {std::round((1 - share_a) * (1 - share_b) * kUnit),
                           std::round(share_a * (1 - share_b) * kUnit), std::round((1 - share_a) * share_b * kUnit), 0};
  Neighbour taps;
  for (int corner = 0; corner < 4; ++corner) {
    const double unit = corner < 3 ? units[corner] : kUnit - units[0] - units[1] - units[2];
    if (unit != 0)
      taps.push_back(tap_of(static_cast<int>(left) + corner % 2, static_cast<int>(top) + corner / 2,
                            static_cast<float>(unit / kUnit)));
  }
  return taps;
}

/// The neighbours on each of the planes XY, XT, YT.
std::array<std::vector<Neighbour>, 3> circles(const LbpTopConfig& config) {
  std::array<std::vector<Neighbour>, 3> planes;
  const bool bilinear = config.sampling == "bilinear";
  for (int n = 0; n < config.neighbours; ++n) {
    const double angle = 2 * CV_PI * n / config.neighbours;
    const double cosine = std::cos(angle), sine = std::sin(angle);
    const double r = config.radius_xy, r_t = config.radius_t;
    planes[0].push_back(neighbour_at(r * cosine, -r * sine, bilinear, [](int x, int y, float weight) {
      return Tap{0, y, x, weight};
    }));
    planes[1].push_back(neighbour_at(r * cosine, r_t * sine, bilinear, [](int x, int t, float weight) {
      return Tap{t, 0, x, weight};
    }));
    planes[2].push_back(neighbour_at(-r * sine, r_t * cosine, bilinear, [](int y, int t, float weight) {
      return Tap{t, y, 0, weight};
    }));
  }
  return planes;
}

/// Codes of columns begin..end-1 of one row.
class RowCoder {
 public:
  RowCoder(const std::vector<cv::Mat1f>& volume, int begin, int end)
      : volume_(volume), begin_(begin), count_(static_cast<std::size_t>(end - begin)), codes_(count_), mixed_(count_) {}

  const std::vector<std::int32_t>& codes(const std::vector<Neighbour>& circle, int t, int y) {
    const float* const centre = row({t, y, 0, 1});
    std::fill(codes_.begin(), codes_.end(), 0);
    for (std::size_t n = 0; n < circle.size(); ++n) set_bit(std::int32_t{1} << n, sampled(circle[n], t, y), centre);
    return codes_;
  }

 private:
  const float* row(const Tap& place) const {
    return volume_[static_cast<std::size_t>(place.t)][place.y] + begin_ + place.x;
  }

  const float* sampled(const Neighbour& neighbour, int t, int y) {
    const auto at = [&](const Tap& tap) { return row({t + tap.t, y + tap.y, tap.x, tap.weight}); };
    if (neighbour.size() == 1) return at(neighbour[0]);
    float* const mixed = mixed_.data();
    std::fill(mixed_.begin(), mixed_.end(), 0.f);
    for (const Tap& tap : neighbour) {
      const float* const values = at(tap);
      for (std::size_t i = 0; i < count_; ++i) mixed[i] += tap.weight * values[i];
    }
    return mixed;
  }

  void set_bit(std::int32_t bit, const float* values, const float* centre) {
    std::int32_t* const codes = codes_.data();
    for (std::size_t i = 0; i < count_; ++i) codes[i] |= values[i] >= centre[i] ? bit : 0;
  }

  const std::vector<cv::Mat1f>& volume_;
  const int begin_;
  const std::size_t count_;
  std::vector<std::int32_t> codes_;
  std::vector<float> mixed_;
};

std::array<int, 256> plain_bins() {
  std::array<int, 256> bins{};
  for (int code = 0; code < 256; ++code) bins[static_cast<std::size_t>(code)] = code;
  return bins;
}

int bin_count(const LbpTopConfig& config) { return config.neighbours == 8 ? 59 : 16; }

std::vector<cv::Mat1f> as_float(const std::vector<cv::Mat1b>& volume) {
  std::vector<cv::Mat1f> result;
  for (const cv::Mat1b& picture : volume) picture.convertTo(result.emplace_back(), CV_32F);
  return result;
}

}  // namespace

const std::array<int, 256>& uniform_bins() {
  static const std::array<int, 256> bins = [] {
    std::array<int, 256> result{};
    int next = 0;
    for (int code = 0; code < 256; ++code) {
      int changes = 0;
      for (int n = 0; n < 8; ++n) changes += ((code >> n) & 1) != ((code >> ((n + 1) % 8)) & 1) ? 1 : 0;
      result[static_cast<std::size_t>(code)] = changes <= 2 ? next++ : 58;
    }
    return result;
  }();
  return bins;
}

std::size_t lbp_top_length(const LbpTopConfig& config) {
  return static_cast<std::size_t>(config.blocks * config.blocks * 3 * bin_count(config));
}

std::vector<float> lbp_top_histograms(const std::vector<cv::Mat1b>& pictures, const LbpTopConfig& config) {
  const int r = config.radius_xy, blocks = config.blocks, frames = static_cast<int>(pictures.size());
  if (frames < 2 * config.radius_t + 1) throw std::invalid_argument("LBP-TOP: too few pictures for radius_t");
  const int height = pictures[0].rows - 2 * r, width = pictures[0].cols - 2 * r;  // of the region that counts
  if (height < blocks || width < blocks) throw std::invalid_argument("LBP-TOP: the pictures are too small");
  const std::vector<cv::Mat1f> volume = as_float(pictures);
  const auto planes = circles(config);
  static const std::array<int, 256> all_codes = plain_bins();
  const std::array<int, 256>& bin_of = config.neighbours == 8 ? uniform_bins() : all_codes;

  const auto bins = static_cast<std::size_t>(bin_count(config));
  std::vector<std::int32_t> counts(lbp_top_length(config));
  RowCoder coder(volume, r, r + width);
  for (int block_row = 0; block_row < blocks; ++block_row)
    for (int y = block_row * height / blocks; y < (block_row + 1) * height / blocks; ++y)
      for (int t = config.radius_t; t < frames - config.radius_t; ++t)
        for (std::size_t plane = 0; plane < 3; ++plane) {
          const auto& codes = coder.codes(planes[plane], t, r + y);
          for (int column = 0; column < blocks; ++column) {
            const auto block = static_cast<std::size_t>(block_row * blocks + column);
            std::int32_t* const histogram = &counts[(block * 3 + plane) * bins];
            for (int x = column * width / blocks; x < (column + 1) * width / blocks; ++x)
              ++histogram[bin_of[static_cast<std::size_t>(codes[static_cast<std::size_t>(x)])]];
          }
        }

  std::vector<float> features(counts.size());
  for (std::size_t start = 0; start < counts.size(); start += bins) {
    double sum = 0;
    for (std::size_t i = start; i < start + bins; ++i) sum += counts[i];
    for (std::size_t i = start; i < start + bins; ++i) features[i] = static_cast<float>(counts[i] / sum);
  }
  return features;
}

}  // namespace merkit
