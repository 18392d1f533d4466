// Optical flow tells where patches of the face have got to; an expression is a movement away from rest and back.
// Shreve, Godavarthy, Goldgof, Sarkar: Macro- and micro-expression spotting in long videos using spatio-temporal
// strain, FG 2011, doi:10.1109/FG.2011.5771451.
//
// Departures: flow runs from a reference frame and not between neighbours, so that displacement is measured and not its
// rate; the default feature is displacement of patches (as in He, Wang, Li, Yap: FG 2020,
// doi:10.1109/FG47880.2020.00029) with strain as a choice; an event must return to where it began, which steps and head
// motion do not; rise and fall are timed on the movement's own course. The threshold follows Moilanen, Zhao,
// Pietikainen, ICPR 2014.

#include "core/settings_fields.h"
#include "merkit/core/error.h"
#include "methods/catalog.h"
#include "methods/spotting/out_and_back.h"
#include "methods/spotting/region_displacement.h"

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace merkit {
namespace {

struct StrainPeaksConfig {
  spotting::DisplacementConfig displacement;
  spotting::OutAndBackConfig peaks;

  StrainPeaksConfig() { displacement.flow.method = "dis"; }
};

template <class Visitor>
void fields(Visitor&& visit, StrainPeaksConfig& c) {
  const auto positive = [](double x) { return x > 0 ? nullptr : "must be positive"; };
  const auto not_negative = [](double x) { return x >= 0 ? nullptr : "must not be negative"; };
  const auto fraction = [](double x) { return x > 0 && x < 1 ? nullptr : "must be in (0, 1)"; };
  visit("feature", c.peaks.feature, "magnitude (displacement of patches), strain or both", [](const std::string& name) {
    return name == "magnitude" || name == "strain" || name == "both" ? nullptr : "must be magnitude, strain or both";
  });
  visit("flow", c.displacement.flow, "optical flow");
  visit("reference_s", c.displacement.reference_s, "seconds after which a new reference frame is taken", positive);
  visit("smoothing_s", c.peaks.smoothing_s, "standard deviation of the smoothing over time, seconds", not_negative);
  visit("strongest", c.peaks.strongest, "number of strongest face patches whose mean counts",
        [](int n) { return n >= 1 && n <= spotting::kFaceRegions ? nullptr : "must be in 1..15"; });
  visit("shortest_s", c.peaks.shortest_s, "shorter expressions are not reported, seconds", positive);
  visit("longest_s", c.peaks.longest_s, "longer expressions are not reported, seconds",
        [](double x) { return x > 0 && x <= 60 ? nullptr : "must be in (0, 60]"; });
  visit("micro_limit_s", c.peaks.micro_limit_s, "expressions up to this long are micro, others macro, seconds",
        positive);
  visit("drift_px_per_s", c.peaks.drift_px_per_s,
        "motion forgiven for each second beyond micro_limit_s, pixels of a crop 140 wide", not_negative);
  visit("threshold", c.peaks.threshold, "p of the threshold median + p (max - median)",
        [](double x) { return x >= 0 && x < 1 ? nullptr : "must be in [0, 1)"; });
  visit("floor_px", c.peaks.floor_px, "the threshold is never lower, pixels of a crop 140 wide", positive);
  visit("macro_floor_px", c.peaks.macro_floor_px,
        "macro-expressions must be at least this strong, pixels of a crop 140 wide", not_negative);
  visit("boundary", c.peaks.boundary, "share of the peak at which rise and fall are timed", fraction);
  visit("rest_s", c.peaks.rest_s, "less rest than this between two movements makes them a train, seconds",
        not_negative);
  visit("train", c.peaks.train, "trains of this many short movements are speech or chewing",
        [](int n) { return n >= 2 ? nullptr : "must be at least 2"; });
  visit("blink_ratio", c.peaks.blink_ratio, "face motion below this share of the eyes' motion is a blink",
        not_negative);
}

class StrainPeaksSession final : public SpottingSession {
 public:
  StrainPeaksSession(const StrainPeaksConfig& config, double fps)
      : config_(config), fps_(fps), tracker_(config.displacement) {}

  void push(const AlignedFace& face) override { frames_.push_back(tracker_.measure(face)); }

  SpottingResult finish() override {
    check_frames();
    const auto curve = spotting::find_excursions(frames_, fps_, config_.peaks);
    SpottingResult result;
    result.signal.threshold = curve.threshold_px;
    result.signal.values = curve.strength_px;
    for (const auto& frame : frames_) {
      result.signal.frames.push_back(frame.number);
      result.signal.times_s.push_back(frame.time_s);
    }
    for (const auto& found : curve.excursions) result.detections.push_back(detection(found, curve.threshold_px));
    return result;
  }

 private:
  void check_frames() const {
    const int needed = spotting::shortest_clip(config_.peaks, fps_);
    if (static_cast<int>(frames_.size()) < needed)
      throw ClipError(Status::too_short,
                      "strain_peaks needs at least " + std::to_string(needed) + " frames at this frame rate, got " +
                          std::to_string(frames_.size()),
                      "give a longer clip, or the right --fps");
    if (std::none_of(frames_.begin(), frames_.end(), [](const auto& frame) { return frame.valid; }))
      throw ClipError(Status::no_face, "no face in any of " + std::to_string(frames_.size()) + " frames");
  }

  Detection detection(const spotting::Excursion& found, double threshold_px) const {
    const auto &onset = frames_[found.onset], &apex = frames_[found.apex], &offset = frames_[found.offset];
    Detection result;
    result.interval = {onset.number, apex.number, offset.number};
    result.onset_s = onset.time_s;
    result.apex_s = apex.time_s;
    result.offset_s = offset.time_s;
    const double length_s = (found.offset - found.onset + 1) / fps_;
    result.type = length_s <= config_.peaks.micro_limit_s ? ExpressionType::micro : ExpressionType::macro;
    result.confidence = std::clamp(1 - threshold_px / found.strength_px, 0.0, 1.0);
    return result;
  }

  StrainPeaksConfig config_;
  double fps_;
  spotting::DisplacementTracker tracker_;
  std::vector<spotting::FrameMotion> frames_;
};

class StrainPeaks final : public Spotter {
 public:
  explicit StrainPeaks(StrainPeaksConfig config) : config_(std::move(config)) {}

  std::unique_ptr<SpottingSession> start(double fps) const override {
    if (!(fps > 0)) throw std::invalid_argument("a spotter needs a frame rate above 0");
    return std::make_unique<StrainPeaksSession>(config_, fps);
  }

 private:
  StrainPeaksConfig config_;
};

std::unique_ptr<Spotter> make(const Settings& config) {
  return std::make_unique<StrainPeaks>(read_settings<StrainPeaksConfig>(config));
}

}  // namespace

Method catalog::strain_peaks() {
  Method method;
  method.name = "strain_peaks";
  method.summary = "spots movements away from rest and back in optical flow or strain of face patches";
  method.citation = "Shreve et al., FG 2011, doi:10.1109/FG.2011.5771451";
  method.make_spotter = make;
  method.resolve_config = resolved_settings<StrainPeaksConfig>;
  method.describe_config = describe_settings<StrainPeaksConfig>;
  return method;
}

}  // namespace merkit
