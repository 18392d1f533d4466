#pragma once

#include "merkit/core/interval.h"

#include <optional>
#include <string_view>
#include <vector>

namespace merkit {

/// What a recognizer says of one sample; indices are those of its LabelSet.
struct Prediction {
  int label = -1;             ///< class of the greatest score
  std::vector<float> scores;  ///< one per class, in 0..1, sum 1
  std::vector<float> logits;  ///< the scores before the softmax
  float confidence() const { return label < 0 ? 0.f : scores[label]; }
};

/// Micro-expressions last at most 0.5 s, macro-expressions up to 4 s.
enum class ExpressionType { micro, macro };
std::string_view to_string(ExpressionType type);

/// One expression found by a spotter.
struct Detection {
  Interval interval;
  ExpressionType type = ExpressionType::micro;
  double onset_s = 0, apex_s = 0, offset_s = 0;  ///< timestamps of the frames, seconds from the clip's first frame
  double confidence = 0;                         ///< 0..1, how far the peak rises above the threshold
  std::optional<Prediction> prediction;
};

}  // namespace merkit
