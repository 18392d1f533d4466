// In blocks of the face, how far skin has gone out in its main direction between a frame and one a lag before, less how
// far it is still out a lag after.
// Wang, Wu, Qian, Li, Fu: A main directional maximal difference analysis for spotting facial movements from long-term
// videos, Neurocomputing 230, 2017, doi:10.1016/j.neucom.2016.12.034.
//
// Departures: motion between two frames is the difference of their flows from a common reference frame, so that any
// number of lags costs one flow a frame; lags from the shortest to the longest half duration take the place of one;
// head motion is taken off, eyes and background are left out of the blocks; intervals come from the lags at which the
// face stands still (the paper marks single frames).

#include "methods/method_list.h"
#include "spotting/lag_peaks.h"
#include "spotting/movement_spotter.h"
#include "spotting/region_displacement.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace merkit {
namespace {

constexpr int kPointStep = 2;  // every second pixel each way
constexpr int kDirections = 8;

struct MdmdConfig {
  spotting::DisplacementConfig displacement;
  int blocks = 6;
  int strongest = 6;
  spotting::LagPeaksConfig peaks;
  spotting::SelectionConfig selection;

  MdmdConfig() {
    displacement.flow.method = "dis";
    peaks.least_noise = 0.01;
    selection.floor = 8;
    selection.macro_floor = 10;
    selection.blink_ratio = 0.4;
  }
};

template <class Visitor>
void fields(Visitor&& visit, MdmdConfig& c) {
  const auto positive = [](double x) { return x > 0 ? nullptr : "must be positive"; };
  const auto not_negative = [](double x) { return x >= 0 ? nullptr : "must not be negative"; };
  const auto fraction = [](double x) { return x > 0 && x < 1 ? nullptr : "must be in (0, 1)"; };
  visit("flow", c.displacement.flow, "optical flow");
  visit("reference_s", c.displacement.reference_s, "seconds after which a new reference frame is taken", positive);
  visit("blocks", c.blocks, "the crop is divided into this number of rows and of columns",
        [](int n) { return n >= 2 && n <= 16 ? nullptr : "must be in 2..16"; });
  visit("strongest", c.strongest, "number of strongest blocks whose mean counts",
        [](int n) { return n >= 1 && n <= 256 ? nullptr : "must be in 1..256"; });
  visit("smoothing_s", c.peaks.smoothing_s, "standard deviation of the smoothing over time, seconds", not_negative);
  visit("boundary", c.peaks.boundary, "share of rise and fall at which they are timed", fraction);
  visit("least_noise_px", c.peaks.least_noise, "noise is taken to be no less, pixels of a crop 140 wide", positive);
  selection_fields(visit, c.selection, "", "times the clip's noise");
}

/// Displacements of the face at points of its blocks, from where the segment began.
class BlockMotion {
 public:
  struct Seen {
    std::vector<float> u, v;  ///< one a point, pixels of a crop 140 wide
  };

  explicit BlockMotion(const MdmdConfig& config)
      : blocks_(config.blocks), strongest_(config.strongest), flow_(config.displacement) {}

  Seen look(const AlignedFace& face) {
    if (!flow_.compare(face)) {
      choose_points(face);
      standing_ = {std::vector<float>(points_.size()), std::vector<float>(points_.size())};
      return standing_;
    }
    Seen seen = standing_;
    const auto scale = static_cast<float>(flow_.regions().scale);
    for (std::size_t i = 0; i < points_.size(); ++i) {
      const cv::Point2f head(flow_.head_motion().at(points_[i]));
      seen.u[i] += scale * (flow_.motion().u(points_[i]) - head.x);
      seen.v[i] += scale * (flow_.motion().v(points_[i]) - head.y);
    }
    if (flow_.renew(face)) standing_ = seen;
    return seen;
  }

  spotting::LagDifference compare(const Seen& before, const Seen& now, const Seen& after) {
    std::vector<spotting::LagDifference> all;
    for (std::size_t b = 0; b + spotting::kEyeRegions < ends_.size(); ++b)
      all.push_back(of_block(b, before, now, after));
    const auto count = std::min(all.size(), static_cast<std::size_t>(strongest_));
    std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count), all.end(),
                      [](const auto& a, const auto& b) { return a.both > b.both; });
    spotting::LagDifference result;
    for (std::size_t b = 0; b < count; ++b) {
      result.both += all[b].both / static_cast<float>(count);
      result.before += all[b].before / static_cast<float>(count);
      result.after += all[b].after / static_cast<float>(count);
    }
    for (std::size_t b = ends_.size() - spotting::kEyeRegions; b < ends_.size(); ++b)
      result.eyes = std::max(result.eyes, of_block(b, before, now, after).both);
    return result;
  }

 private:
  void choose_points(const AlignedFace& face) {
    points_.clear();
    ends_.clear();
    auto blocks = spotting::face_blocks(face, blocks_);
    for (const auto& eye : flow_.regions().eyes) blocks.push_back(eye);
    for (const auto& block : blocks) {
      for (const auto& run : block.runs)
        if (run.row % kPointStep == 0)
          for (int x = run.begin; x < run.end; x += kPointStep) points_.emplace_back(x, run.row);
      ends_.push_back(points_.size());
    }
  }

  /// Which eighth of the circle a vector points to.
  static int direction_of(float u, float v) {
    return (u < 0 ? 4 : 0) + (v < 0 ? 2 : 0) + (std::abs(u) < std::abs(v) ? 1 : 0);
  }

  spotting::LagDifference of_block(std::size_t block, const Seen& before, const Seen& now, const Seen& after) {
    const std::size_t begin = block == 0 ? 0 : ends_[block - 1], end = ends_[block];
    int counts[kDirections] = {};
    cv::Point2f sums[kDirections];
    for (std::size_t i = begin; i < end; ++i) {
      const float u = now.u[i] - before.u[i], v = now.v[i] - before.v[i];
      const int direction = direction_of(u, v);
      ++counts[direction];
      sums[direction] += cv::Point2f(u, v);
    }
    const auto main = std::max_element(counts, counts + kDirections) - counts;
    const float length = std::hypot(sums[main].x, sums[main].y);
    if (length <= 0) return {};
    const cv::Point2f along = sums[main] * (1 / length);

    pixels_.clear();
    for (std::size_t i = begin; i < end; ++i) {
      const float u = now.u[i] - before.u[i], v = now.v[i] - before.v[i];
      if (direction_of(u, v) != main) continue;
      const float out = u * along.x + v * along.y;
      const float back = (now.u[i] - after.u[i]) * along.x + (now.v[i] - after.v[i]) * along.y;
      pixels_.push_back({out - std::abs(out - back), out, back, 0});
    }
    const auto third = static_cast<std::ptrdiff_t>((pixels_.size() + 2) / 3);
    std::nth_element(pixels_.begin(), pixels_.begin() + third - 1, pixels_.end(),
                     [](const auto& a, const auto& b) { return a.both > b.both; });
    spotting::LagDifference result;
    for (std::ptrdiff_t i = 0; i < third; ++i) {
      result.both += pixels_[i].both / static_cast<float>(third);
      result.before += pixels_[i].before / static_cast<float>(third);
      result.after += pixels_[i].after / static_cast<float>(third);
    }
    return result;
  }

  int blocks_, strongest_;
  spotting::ReferenceFlow flow_;
  std::vector<cv::Point> points_;  ///< of the segment, block by block, the eyes' last
  std::vector<std::size_t> ends_;  ///< of each block's points
  Seen standing_;                  ///< of the reference
  std::vector<spotting::LagDifference> pixels_;
};

struct Mdmd {
  static constexpr const char* kMethod = "mdmd";
  using Config = MdmdConfig;

  static std::unique_ptr<MeasuringSession> session(const Config& config, double fps) {
    const auto& limits = config.selection;
    return std::make_unique<spotting::LagSession<BlockMotion>>(
        BlockMotion(config), kMethod, spotting::shortest_clip(limits.shortest_s, fps), fps,
        spotting::lags_of(limits.shortest_s, limits.longest_s), config.peaks);
  }

  static std::vector<Config> candidates(const Config& given) {
    return spotting::candidates_of(given, {4, 6, 8, 12, 16, 24});
  }
};

}  // namespace

Method catalog::mdmd() {
  Method method;
  method.name = Mdmd::kMethod;
  method.summary = "spots skin that goes out in the main direction of its block and comes back";
  method.citation = "Wang et al., Neurocomputing 230, 2017, doi:10.1016/j.neucom.2016.12.034";
  method.make_spotter = spotting::MovementSpotter<Mdmd>::make;
  method.resolve_config = resolved_settings<MdmdConfig>;
  method.describe_config = describe_settings<MdmdConfig>;
  return method;
}

}  // namespace merkit
