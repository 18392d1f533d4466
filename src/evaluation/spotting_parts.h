#pragma once

#include "merkit/evaluation/spotting_scores.h"

#include <map>
#include <string>
#include <vector>

namespace merkit {

/// Of the true expressions of one type, to which `matches` belong (positions in the given vectors). Where types must
/// agree, predictions of the other type meet nothing. `fps` by video, 0 where it is not known.
ApexScores apex_scores(const std::vector<VideoInterval>& truth, const std::vector<VideoInterval>& predictions,
                       const std::vector<IntervalMatch>& matches, ExpressionType type, bool types_must_agree,
                       const std::map<std::string, double>& fps);

/// Of both together.
ApexScores pooled(const ApexScores& a, const ApexScores& b);

/// All zero where there is no true interval.
AveragePrecision average_precision(const std::vector<VideoInterval>& truth,
                                   const std::vector<VideoInterval>& predictions);

/// Without `strs`, which needs the F1 of spotting.
SpottedRecognition spotted_recognition(const std::vector<VideoInterval>& truth,
                                       const std::vector<VideoInterval>& predictions,
                                       const std::vector<IntervalMatch>& matches, const LabelSet& labels);

/// `false_alarms` in any order.
BlinkScores blink_scores(const std::vector<VideoInterval>& blinks, const std::vector<VideoInterval>& false_alarms);

}  // namespace merkit
