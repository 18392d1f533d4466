#pragma once

#include "merkit/core/interval_matching.h"
#include "merkit/core/label_set.h"
#include "merkit/core/prediction.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace merkit {

/// Lengths in frames, both ends included, that an interval may have to count; 0: no limit.
struct LengthBand {
  int shortest = 0, longest = 0;
  bool holds(int length) const { return length >= shortest && (longest == 0 || length <= longest); }
};

/// What counts when intervals are scored: a JSON file under configs/spotting_rules, or one of the user's own:
///
///     { "name": "megc2025", "description": "...", "source": "...", "types": ["micro"], "types_must_agree": true,
///       "min_iou": 0.5, "matching": "greedy", "labels": "three_emotions",
///       "prediction_lengths": {"casme_sq": {"micro": {"shortest": 7, "longest": 16}}} }
struct SpottingRules {
  std::string name = "merkit", description, source;
  /// Intervals of other types are left out, true and predicted ones.
  std::vector<ExpressionType> types{ExpressionType::micro, ExpressionType::macro};
  /// Whether a prediction is right only for a true interval of its own type. Where it need not be, a match counts for
  /// the type of the true interval, and a false alarm for its own.
  bool types_must_agree = true;
  double min_iou = 0.5;  ///< in 0..1; frames are counted inclusively
  IntervalMatching matching = IntervalMatching::greedy;
  /// By data set and type: predictions of other lengths are dropped before anything is counted. True intervals stay.
  std::map<std::string, std::map<ExpressionType, LengthBand>> prediction_lengths;
  /// Classes that recognition is scored on (in the file: the name of a label set); empty: the emotions of the truth.
  LabelSet labels;

  bool counts(ExpressionType type) const;

  /// By name (configs/spotting_rules/NAME.json) or file. Throws ConfigError naming file and JSON path, or listing the
  /// names.
  static SpottingRules find(const std::string& name_or_file);
  static SpottingRules from_file(const std::filesystem::path& file);
};

/// Names of configs/spotting_rules, in order.
std::vector<std::string> spotting_rules_names();

}  // namespace merkit
