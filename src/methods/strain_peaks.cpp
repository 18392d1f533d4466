// Optical flow tells where patches of the face have got to; an expression is a movement away from rest and back.
// Shreve, Godavarthy, Goldgof, Sarkar: Macro- and micro-expression spotting in long videos using spatio-temporal
// strain, FG 2011, doi:10.1109/FG.2011.5771451.
//
// Departures: flow runs from a reference frame and not between neighbours, so that displacement is measured and not its
// rate; the default feature is displacement of patches (as in He, Wang, Li, Yap: FG 2020,
// doi:10.1109/FG47880.2020.00029) with strain as a choice; an event must return to where it began, which steps and head
// motion do not; rise and fall are timed on the movement's own course. The threshold follows Moilanen, Zhao,
// Pietikainen, ICPR 2014.

#include "methods/method_list.h"
#include "spotting/displacement_session.h"
#include "spotting/movement_spotter.h"
#include "spotting/out_and_back.h"

namespace merkit {
namespace {

struct StrainPeaksConfig {
  spotting::DisplacementConfig displacement;
  spotting::OutAndBackConfig peaks;
  spotting::SelectionConfig selection;

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
  visit("drift_px_per_s", c.peaks.drift_px_per_s,
        "motion forgiven for each second beyond micro_limit_s, pixels of a crop 140 wide", not_negative);
  visit("boundary", c.peaks.boundary, "share of the peak at which rise and fall are timed", fraction);
  selection_fields(visit, c.selection, "_px", "pixels of a crop 140 wide");
}

struct StrainPeaks {
  static constexpr const char* kMethod = "strain_peaks";
  using Config = StrainPeaksConfig;

  static std::unique_ptr<MeasuringSession> session(const Config& config, double fps) {
    auto peaks = config.peaks;
    peaks.shortest_s = config.selection.shortest_s;
    peaks.longest_s = config.selection.longest_s;
    peaks.micro_limit_s = config.selection.micro_limit_s;
    return std::make_unique<spotting::DisplacementSession>(
        kMethod, spotting::shortest_clip(peaks.shortest_s, fps), config.displacement,
        [peaks](const auto& frames) { return spotting::out_and_back(frames, peaks); });
  }

  static std::vector<Config> candidates(const Config& given) {
    return spotting::candidates_of(given, {0.05, 0.08, 0.12, 0.18, 0.25});
  }
};

}  // namespace

Method catalog::strain_peaks() {
  Method method;
  method.name = StrainPeaks::kMethod;
  method.summary = "spots movements away from rest and back in optical flow or strain of face patches";
  method.citation = "Shreve et al., FG 2011, doi:10.1109/FG.2011.5771451";
  method.make_spotter = spotting::MovementSpotter<StrainPeaks>::make;
  method.resolve_config = resolved_settings<StrainPeaksConfig>;
  method.describe_config = describe_settings<StrainPeaksConfig>;
  return method;
}

}  // namespace merkit
