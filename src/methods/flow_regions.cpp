// Small patches of the face, one by one, tell when they moved and came back; what several tell at once is an
// expression.
// He: Research on micro-expression spotting method based on optical flow features, ACM MM 2021.
//
// Departures: flow runs from a reference frame kept for two seconds and not from the first frame of a sliding window;
// head motion is a robust fit over the skin between the patches instead of the nose's mean flow; a Gaussian of the same
// cut-off takes the place of the low-pass filter and medians over ten seconds that of the high-pass one, which would
// cut macro-expressions to pieces; patches that agree (IoU) vote on onset and offset.

#include "methods/method_list.h"
#include "spotting/displacement_session.h"
#include "spotting/movement_spotter.h"
#include "spotting/region_votes.h"

namespace merkit {
namespace {

struct FlowRegionsConfig {
  spotting::DisplacementConfig displacement;
  spotting::RegionVotesConfig votes;
  spotting::SelectionConfig selection;

  FlowRegionsConfig() { displacement.flow.method = "dis"; }
};

template <class Visitor>
void fields(Visitor&& visit, FlowRegionsConfig& c) {
  const auto positive = [](double x) { return x > 0 ? nullptr : "must be positive"; };
  const auto fraction = [](double x) { return x > 0 && x < 1 ? nullptr : "must be in (0, 1)"; };
  visit("flow", c.displacement.flow, "optical flow");
  visit("reference_s", c.displacement.reference_s, "seconds after which a new reference frame is taken", positive);
  visit("cut_off_hz", c.votes.cut_off_hz, "faster changes are smoothed away, hertz", positive);
  visit("boundary", c.votes.boundary, "share of a patch's rise and fall at which they are timed", fraction);
  visit("agreement", c.votes.agreement, "IoU from which two patches tell of the same movement", fraction);
  visit("strongest", c.votes.strongest, "number of strongest face patches whose mean counts",
        [](int n) { return n >= 1 && n <= spotting::kFaceRegions ? nullptr : "must be in 1..15"; });
  visit("least_px", c.votes.least_px, "what a patch must rise and fall by to vote, pixels of a crop 140 wide",
        positive);
  selection_fields(visit, c.selection, "_px", "pixels of a crop 140 wide");
}

struct FlowRegions {
  static constexpr const char* kMethod = "flow_regions";
  using Config = FlowRegionsConfig;

  static std::unique_ptr<MeasuringSession> session(const Config& config, double fps) {
    auto votes = config.votes;
    votes.longest_s = config.selection.longest_s;
    return std::make_unique<spotting::DisplacementSession>(
        kMethod, spotting::shortest_clip(config.selection.shortest_s, fps), config.displacement,
        [votes](const auto& frames) { return spotting::region_votes(frames, votes); });
  }

  static std::vector<Config> candidates(const Config& given) {
    return spotting::candidates_of(given, {0.05, 0.08, 0.12, 0.18, 0.25});
  }
};

}  // namespace

Method catalog::flow_regions() {
  Method method;
  method.name = FlowRegions::kMethod;
  method.summary = "spots expressions where patches of the face agree on when they moved and came back";
  method.citation = "He, ACM MM 2021, doi:10.1145/3474085.3479225";
  method.make_spotter = spotting::MovementSpotter<FlowRegions>::make;
  method.resolve_config = resolved_settings<FlowRegionsConfig>;
  method.describe_config = describe_settings<FlowRegionsConfig>;
  return method;
}

}  // namespace merkit
