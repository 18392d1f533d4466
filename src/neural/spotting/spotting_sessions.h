#pragma once

#include "merkit/learning/spotter.h"
#include "neural/spotting/region_motion.h"
#include "neural/spotting/score_stream.h"

#include <memory>

namespace merkit::neural {

/// Measures the displacement maps of a clip: gives MeasuredMaps. Throws std::invalid_argument unless `fps` > 0;
/// finish() throws ClipError where the clip is shorter than what a network looks at, or has no face.
std::unique_ptr<MeasuringSession> map_session(const RegionMotionConfig& input, double fps);

/// The same, with networks that score frames while they come, so that scores alone are kept; the networks live as long
/// as the session.
std::unique_ptr<SpottingSession> scoring_session(const RegionMotionConfig& input, double fps,
                                                 const SpottingNetworks& networks, torch::Device device,
                                                 const spotting::SpottingRules& rules,
                                                 const spotting::ScoreCurveConfig& scores);

}  // namespace merkit::neural
