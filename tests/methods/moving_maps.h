#pragma once

#include "neural/spotting/score_stream.h"
#include "support/drawn_crop.h"

#include <memory>
#include <random>
#include <string>
#include <vector>

// Displacement maps in which known movements stand out: clips for spotters without a picture.
namespace merkit::testing {

constexpr double kFps = 50;

struct Movement {
  int onset, offset;
  int row;  ///< of the maps: where it is
  int label;
};

/// Maps with noise in which rows `row` to `row` + 8 move down and back.
inline std::shared_ptr<neural::MeasuredMaps> maps_with(const std::vector<Movement>& movements, std::uint32_t seed,
                                                       int frames = 300) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> noise(-0.03f, 0.03f);
  const auto layout = std::make_shared<spotting::MapLayout>();
  auto clip = std::make_shared<neural::MeasuredMaps>();
  clip->fps = kFps;
  for (int i = 0; i < frames; ++i) {
    cv::Mat2f maps(spotting::kMapSide, spotting::kMapSide);
    for (cv::Vec2f& at : maps) at = {noise(random), noise(random)};
    for (const Movement& one : movements) {
      const auto size = static_cast<float>(bump(i, one.onset, 0.5 * (one.onset + one.offset), one.offset));
      maps.rowRange(one.row, one.row + 8) += cv::Scalar(0, size);
    }
    spotting::MapFrame frame;
    frame.number = i;
    frame.time_s = i / kFps;
    frame.valid = true;
    frame.layout = layout;
    maps.convertTo(frame.displacement, CV_16F);
    clip->frames.push_back(frame);
  }
  return clip;
}

/// Micro-expressions of three kinds and one macro-expression; each subject has them at other times.
inline SpottingSampleSet training_clips(int subjects, bool labelled = false) {
  SpottingSampleSet samples;
  for (int s = 0; s < subjects; ++s) {
    const int shift = 7 * s;
    const std::vector<Movement> movements = {{20 + shift, 36 + shift, 2, 0},
                                             {60 + shift, 74 + shift, 14, 1},
                                             {100 + shift, 118 + shift, 30, 2},
                                             {160 + shift, 240 + shift, 22, 2}};
    SpottingSample sample;
    sample.id = "clip" + std::to_string(s);
    sample.dataset = "drawn";
    sample.subject = "s" + std::to_string(s);
    sample.fps = kFps;
    sample.measured = maps_with(movements, static_cast<std::uint32_t>(s));
    for (const Movement& one : movements) {
      TrueExpression expression;
      expression.interval = {one.onset, (one.onset + one.offset) / 2, one.offset};
      expression.type = one.offset - one.onset > 25 ? ExpressionType::macro : ExpressionType::micro;
      if (labelled) expression.label = one.label;
      sample.expressions.push_back(expression);
    }
    samples.push_back(sample);
  }
  return samples;
}

}  // namespace merkit::testing
