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
#include "methods/spotting/tuned_spotter.h"

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

constexpr const char* kMethod = "strain_peaks";

struct MeasuredRegions final : MeasuredClip {
  double fps = 0;
  std::vector<spotting::FrameMotion> frames;
};

class StrainPeaksSession final : public MeasuringSession {
 public:
  StrainPeaksSession(const StrainPeaksConfig& config, double fps)
      : needed_(spotting::shortest_clip(config.peaks, fps)), tracker_(config.displacement) {
    measured_->fps = fps;
  }

  void push(const AlignedFace& face) override { measured_->frames.push_back(tracker_.measure(face)); }

  std::unique_ptr<MeasuredClip> finish() override {
    const auto& frames = measured_->frames;
    if (static_cast<int>(frames.size()) < needed_)
      throw ClipError(Status::too_short,
                      "strain_peaks needs at least " + std::to_string(needed_) + " frames at this frame rate, got " +
                          std::to_string(frames.size()),
                      "give a longer clip, or the right --fps");
    if (std::none_of(frames.begin(), frames.end(), [](const auto& frame) { return frame.valid; }))
      throw ClipError(Status::no_face, "no face in any of " + std::to_string(frames.size()) + " frames");
    return std::move(measured_);
  }

 private:
  int needed_;
  spotting::DisplacementTracker tracker_;
  std::unique_ptr<MeasuredRegions> measured_ = std::make_unique<MeasuredRegions>();
};

class StrainPeaks final : public spotting::TunedSpotter {
 public:
  explicit StrainPeaks(const Settings& given)
      : TunedSpotter(kMethod, resolved_settings<StrainPeaksConfig>, given),
        measured_by_(read_settings<StrainPeaksConfig>(config())) {
    StrainPeaks::decide_by(config());
  }

  std::unique_ptr<MeasuringSession> measure(double fps) const override {
    if (!(fps > 0)) throw std::invalid_argument("a spotter needs a frame rate above 0");
    return std::make_unique<StrainPeaksSession>(measured_by_, fps);
  }

  SpottingResult spot(const MeasuredClip& clip) const override {
    const auto& [fps, frames] = dynamic_cast<const MeasuredRegions&>(clip);
    const auto curve = spotting::find_excursions(frames, fps, decided_by_.peaks);
    SpottingResult result;
    result.signal.threshold = curve.threshold_px;
    result.signal.values = curve.strength_px;
    for (const auto& frame : frames) {
      result.signal.frames.push_back(frame.number);
      result.signal.times_s.push_back(frame.time_s);
    }
    for (const auto& found : curve.excursions) {
      const auto &onset = frames[found.onset], &apex = frames[found.apex], &offset = frames[found.offset];
      Detection detection;
      detection.interval = {onset.number, apex.number, offset.number};
      detection.onset_s = onset.time_s;
      detection.apex_s = apex.time_s;
      detection.offset_s = offset.time_s;
      const double length_s = (found.offset - found.onset + 1) / fps;
      detection.type = length_s <= decided_by_.peaks.micro_limit_s ? ExpressionType::micro : ExpressionType::macro;
      detection.confidence = std::clamp(1 - curve.threshold_px / found.strength_px, 0.0, 1.0);
      result.detections.push_back(std::move(detection));
    }
    return result;
  }

 private:
  void decide_by(const Settings& settings) override { decided_by_ = read_settings<StrainPeaksConfig>(settings); }

  std::vector<Settings> candidates(const SpottingSampleSet& /*training*/) const override {
    std::vector<Settings> result;
    for (const double threshold : {0.01, 0.02, 0.05, 0.1, 0.2})
      for (const double floor_px : {0.05, 0.08, 0.12, 0.18, 0.25}) {
        StrainPeaksConfig candidate = read_settings<StrainPeaksConfig>(config());
        candidate.peaks.threshold = threshold;
        candidate.peaks.floor_px = floor_px;
        result.push_back(write_settings(candidate));
      }
    return result;
  }

  StrainPeaksConfig measured_by_, decided_by_;
};

std::unique_ptr<Spotter> make(const Settings& config, const LabelSet& /*labels*/) {
  return std::make_unique<StrainPeaks>(config);
}

}  // namespace

Method catalog::strain_peaks() {
  Method method;
  method.name = kMethod;
  method.summary = "spots movements away from rest and back in optical flow or strain of face patches";
  method.citation = "Shreve et al., FG 2011, doi:10.1109/FG.2011.5771451";
  method.make_spotter = make;
  method.resolve_config = resolved_settings<StrainPeaksConfig>;
  method.describe_config = describe_settings<StrainPeaksConfig>;
  return method;
}

}  // namespace merkit
