#include "neural/spotting/spotter_training.h"

#include "merkit/core/error.h"
#include "neural/torch_version.h"
#include "spotting/tuned_spotter.h"

#include <algorithm>

namespace merkit::neural {
namespace {

using spotting::PeakRule;
using spotting::ScoredFrame;
using spotting::SpottingCounts;
using spotting::SpottingRules;

/// The frames of a clip without scores, for labels.
std::vector<ScoredFrame> frames_of(const MeasuredMaps& clip, const RegionMotionConfig& input) {
  std::vector<ScoredFrame> frames;
  MovingView view(input, clip.fps, [&](const FrameInView& seen) {
    frames.push_back({seen.frame->number, seen.frame->time_s, seen.run, 0, 0});
  });
  for (const auto& frame : clip.frames) view.push(frame);
  view.finish();
  return frames;
}

PeakRule& rule_of(SpottingRules& rules, ExpressionType type) {
  return type == ExpressionType::micro ? rules.micro : rules.macro;
}

template <class Expression>
std::vector<Expression> only(const std::vector<Expression>& all, ExpressionType type) {
  std::vector<Expression> result;
  std::copy_if(all.begin(), all.end(), std::back_inserter(result), [&](const auto& one) { return one.type == type; });
  return result;
}

/// Of each expression's examples so many at most, evenly spread: neighbouring frames look alike.
void thin_out(std::vector<int>& labels, std::size_t shown) {
  for (std::size_t begin = 0; begin < labels.size();) {
    std::size_t end = begin;
    while (end < labels.size() && labels[end] == 1) ++end;
    const std::size_t count = end - begin;
    for (std::size_t i = 0; i < count; ++i)
      if (count > shown && i * shown / count == (i + 1) * shown / count) labels[begin + i] = -1;
    begin = end + 1;
  }
}

/// The best thresholds for one type, with what `rules` says of the other.
double best_threshold(const std::vector<ScoredClip>& clips, SpottingRules rules, ExpressionType type,
                      const spotting::ScoreCurveConfig& config) {
  constexpr int kSteps = 50;
  std::vector<double> best;
  double best_f1 = -1;
  for (int step = 1; step < kSteps; ++step) {
    rule_of(rules, type).threshold = static_cast<double>(step) / kSteps;
    SpottingCounts counts;
    for (const ScoredClip& clip : clips)
      add_counts(counts, only(*clip.expressions, type), only(decide(clip.frames, rules, config).detections, type));
    if (counts.f1() > best_f1) best.clear();
    if (counts.f1() >= best_f1) best.push_back(rule_of(rules, type).threshold);
    best_f1 = std::max(best_f1, counts.f1());
  }
  return best[best.size() / 2];
}

}  // namespace

TrainingData spotting_examples(const SpottingSampleSet& samples, int type, double half_s,
                               const RegionMotionConfig& input, const SpottingConfig& config, std::uint64_t seed) {
  struct Clip {
    std::vector<ScoredFrame> frames;
    std::vector<int> labels;
  };
  std::vector<Clip> clips;
  std::vector<std::pair<std::size_t, std::size_t>> negatives;  // clip and frame
  std::size_t positives = 0;
  for (const SpottingSample& sample : samples) {
    Clip clip;
    clip.frames = frames_of(dynamic_cast<const MeasuredMaps&>(*sample.measured), input);
    clip.labels =
        pseudo_labels(clip.frames, sample.expressions, type == 0 ? ExpressionType::micro : ExpressionType::macro,
                      config.core, static_cast<int>(std::lround(half_s * sample.fps)));
    if (config.shown > 0) thin_out(clip.labels, static_cast<std::size_t>(config.shown));
    for (std::size_t i = 0; i < clip.labels.size(); ++i) {
      if (clip.labels[i] == 0) negatives.emplace_back(clips.size(), i);
      if (clip.labels[i] == 1) ++positives;
    }
    clips.push_back(std::move(clip));
  }
  const auto wanted = static_cast<std::size_t>(std::ceil(config.negatives * static_cast<double>(positives)));
  if (config.negatives > 0 && wanted < negatives.size()) {
    const torch::Tensor order =
        torch::randperm(static_cast<std::int64_t>(negatives.size()), make_generator(seed), torch::kInt64);
    for (std::size_t i = wanted; i < negatives.size(); ++i) {
      const auto [clip, frame] = negatives[static_cast<std::size_t>(order.data_ptr<std::int64_t>()[i])];
      clips[clip].labels[frame] = -1;
    }
  }
  std::vector<torch::Tensor> inputs;
  std::vector<std::int64_t> labels;
  for (std::size_t c = 0; c < clips.size(); ++c) {
    const auto& measured = dynamic_cast<const MeasuredMaps&>(*samples[c].measured);
    std::size_t at = 0;
    MovingView view(input, measured.fps, [&](const FrameInView& seen) {
      const int label = clips[c].labels[at++];
      if (label < 0) return;
      inputs.push_back(seen.input(type, input));
      labels.push_back(label);
    });
    for (const auto& frame : measured.frames) view.push(frame);
    view.finish();
  }
  if (positives == 0)
    throw InputError("none of " + std::to_string(samples.size()) + " clips shows a face in the middle of a " +
                     std::string(to_string(type == 0 ? ExpressionType::micro : ExpressionType::macro)) + "-expression");
  TrainingData data;
  data.inputs = {torch::stack(inputs)};
  data.labels = torch::tensor(labels, torch::kInt64);
  return data;
}

double expected_half_s(const SpottingSampleSet& samples, ExpressionType type) {
  double sum_s = 0;
  int count = 0;
  for (const SpottingSample& sample : samples)
    for (const TrueExpression& expression : sample.expressions)
      if (expression.type == type) {
        sum_s += expression.interval.length() / sample.fps;
        ++count;
      }
  return count > 0 ? sum_s / count / 2 : 0;
}

SpottingRules with_best_thresholds(const std::vector<ScoredClip>& clips, SpottingRules rules,
                                   const spotting::ScoreCurveConfig& config) {
  SpottingRules macro_alone = rules;
  macro_alone.micro.half_s = 0;
  rules.macro.threshold = best_threshold(clips, macro_alone, ExpressionType::macro, config);
  rules.micro.threshold = best_threshold(clips, rules, ExpressionType::micro, config);
  return rules;
}

}  // namespace merkit::neural
