// The texture of blocks of the face against what it was a lag before and will be a lag after: chi-square distances of
// histograms of local binary patterns.
// Moilanen, Zhao, Pietikainen: Spotting rapid facial movements from videos using appearance-based feature difference
// analysis, ICPR 2014.
//
// Departures: a block counts by the smaller of its distances from before and from after, not by that from their mean,
// in which every step leaves half of itself, above all the key frames of compressed video, whose texture is another and
// stays (macro F1 of eight rendered videos 0.385 by the mean, 0.710 so); lags from the shortest to the longest half
// duration take the place of one; eyes and background are left out of the blocks; distances are counted in units of the
// clip's own noise, because that of patterns differs between cameras; intervals come from the lags at which the
// distance has grown to what it will be (the paper marks single frames).

#include "classical/lbp_histograms.h"
#include "methods/method_list.h"
#include "spotting/face_regions.h"
#include "spotting/lag_peaks.h"
#include "spotting/movement_spotter.h"

#include <algorithm>
#include <functional>

#include <opencv2/imgproc.hpp>

namespace merkit {
namespace {

struct LbpChi2Config {
  int blocks = 6;
  int strongest = 6;
  int radius = 3;
  double presmoothing_px = 2;
  spotting::LagPeaksConfig peaks;
  spotting::SelectionConfig selection;

  LbpChi2Config() {
    peaks.squared = true;
    peaks.least_noise = 1e-4;
    selection.floor = 12;
    selection.macro_floor = 12;
    selection.blink_ratio = 0.4;
  }
};

template <class Visitor>
void fields(Visitor&& visit, LbpChi2Config& c) {
  const auto positive = [](double x) { return x > 0 ? nullptr : "must be positive"; };
  const auto not_negative = [](double x) { return x >= 0 ? nullptr : "must not be negative"; };
  const auto fraction = [](double x) { return x > 0 && x < 1 ? nullptr : "must be in (0, 1)"; };
  visit("blocks", c.blocks, "the crop is divided into this number of rows and of columns",
        [](int n) { return n >= 2 && n <= 16 ? nullptr : "must be in 2..16"; });
  visit("strongest", c.strongest, "number of strongest blocks whose mean counts",
        [](int n) { return n >= 1 && n <= 256 ? nullptr : "must be in 1..256"; });
  visit("radius", c.radius, "of the circle of eight neighbours, in pixels of the crop",
        [](int n) { return n >= 1 && n <= 16 ? nullptr : "must be in 1..16"; });
  visit("presmoothing_px", c.presmoothing_px, "standard deviation of a Gaussian filter before, 0 for none",
        not_negative);
  visit("smoothing_s", c.peaks.smoothing_s, "standard deviation of the smoothing over time, seconds", not_negative);
  visit("boundary", c.peaks.boundary, "share of rise and fall at which they are timed", fraction);
  visit("least_noise", c.peaks.least_noise, "noise of chi-square distances is taken to be no less", positive);
  selection_fields(visit, c.selection, "", "times the clip's noise");
}

/// Histograms of the blocks' patterns, and of the eyes' last.
class BlockPatterns {
 public:
  using Seen = std::vector<float>;  ///< kUniformPatterns a block, of sum 1

  explicit BlockPatterns(const LbpChi2Config& config) : config_(config) {}

  Seen look(const AlignedFace& face) {
    if (blocks_.empty() || segment_ != face.segment) {
      segment_ = face.segment;
      blocks_ = spotting::face_blocks(face, config_.blocks);
      for (const auto& eye : spotting::face_regions(face).eyes) blocks_.push_back(eye);
    }
    cv::Mat grey = face.image;
    if (face.image.channels() != 1) cv::cvtColor(face.image, grey, cv::COLOR_BGR2GRAY);
    if (config_.presmoothing_px > 0) {
      cv::Mat smooth;
      cv::GaussianBlur(grey, smooth, {0, 0}, config_.presmoothing_px);
      grey = smooth;
    }
    const cv::Mat1b patterns = uniform_patterns(grey, config_.radius);
    Seen seen(blocks_.size() * kUniformPatterns);
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
      float* histogram = &seen[b * kUniformPatterns];
      for (const auto& run : blocks_[b].runs)
        for (int x = run.begin; x < run.end; ++x) ++histogram[patterns(run.row, x)];
      for (int i = 0; i < kUniformPatterns; ++i) histogram[i] /= static_cast<float>(std::max(1, blocks_[b].pixels));
    }
    return seen;
  }

  spotting::LagDifference compare(const Seen& before, const Seen& now, const Seen& after) {
    std::vector<spotting::LagDifference> all;
    const std::size_t eyes = blocks_.size() - spotting::kEyeRegions;
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
      const std::size_t at = b * kUniformPatterns;
      all.push_back(of_block(&before[at], &now[at], &after[at]));
    }
    spotting::LagDifference result;
    for (std::size_t b = eyes; b < all.size(); ++b) result.eyes = std::max(result.eyes, all[b].both);
    all.resize(eyes);
    const auto count = std::min(all.size(), static_cast<std::size_t>(config_.strongest));
    std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count), all.end(),
                      [](const auto& a, const auto& b) { return a.both > b.both; });
    for (std::size_t b = 0; b < count; ++b) {
      result.both += all[b].both / static_cast<float>(count);
      result.before += all[b].before / static_cast<float>(count);
      result.after += all[b].after / static_cast<float>(count);
    }
    return result;
  }

 private:
  /// Chi-square distances from before and from after, and the smaller of the two.
  static spotting::LagDifference of_block(const float* before, const float* now, const float* after) {
    const auto term = [](float a, float b) { return a + b > 0 ? (a - b) * (a - b) / (a + b) : 0.f; };
    spotting::LagDifference result;
    for (int i = 0; i < kUniformPatterns; ++i) {
      result.before += term(now[i], before[i]);
      result.after += term(now[i], after[i]);
    }
    result.both = std::min(result.before, result.after);
    return result;
  }

  LbpChi2Config config_;
  std::vector<spotting::Region> blocks_;
  int segment_ = 0;
};

struct LbpChi2 {
  static constexpr const char* kMethod = "lbp_chi2";
  using Config = LbpChi2Config;

  static std::unique_ptr<MeasuringSession> session(const Config& config, double fps) {
    const auto& limits = config.selection;
    return std::make_unique<spotting::LagSession<BlockPatterns>>(
        BlockPatterns(config), kMethod, spotting::shortest_clip(limits.shortest_s, fps), fps,
        spotting::lags_of(limits.shortest_s, limits.longest_s), config.peaks);
  }

  static std::vector<Config> candidates(const Config& given) {
    return spotting::candidates_of(given, {4, 6, 8, 12, 16, 24}, {0.2, 0.4, 0.6, 0.8, 1});
  }
};

}  // namespace

Method catalog::lbp_chi2() {
  Method method;
  method.name = LbpChi2::kMethod;
  method.summary = "spots texture of face blocks that differs from what it was before and will be after";
  method.citation = "Moilanen, Zhao, Pietikainen, ICPR 2014";
  method.make_spotter = spotting::MovementSpotter<LbpChi2>::make;
  method.resolve_config = resolved_settings<LbpChi2Config>;
  method.describe_config = describe_settings<LbpChi2Config>;
  return method;
}

}  // namespace merkit
