// What the explanation of every recognizer of the catalogue must do; a new one is tested without another line.

#include "merkit/core/error.h"
#include "methods/every_recognizer.h"

#include <thread>

#include <gtest/gtest.h>
#include <opencv2/core.hpp>

namespace merkit::testing {
namespace {

class EveryExplanation : public EveryRecognizer {};

TEST_P(EveryExplanation, IsOfWhatIsSaidAndChangesNothing) {
  const auto recognizer = fitted(1);
  for (const Sample& sample : synthetic_samples(1, 3)) {
    const Prediction before = recognizer->recognize(sample);
    const Explanation explanation = recognizer->explain(sample);
    EXPECT_EQ(explanation.prediction.logits, before.logits) << sample.id;
    EXPECT_EQ(explanation.prediction.scores, before.scores) << sample.id;
    EXPECT_EQ(explanation.prediction.label, before.label) << sample.id;
    EXPECT_EQ(recognizer->recognize(sample).logits, before.logits) << sample.id;
  }
}

TEST_P(EveryExplanation, HasMapsAndMotionThatFitTheFace) {
  const Sample sample = synthetic_samples(1, 1)[0];
  const Explanation explanation = fitted(1)->explain(sample);
  if (explanation.motion) {
    EXPECT_EQ(explanation.motion->u.size(), sample.faces[0].image.size());
    EXPECT_EQ(explanation.motion->v.size(), sample.faces[0].image.size());
    EXPECT_TRUE(cv::checkRange(explanation.motion->u) && cv::checkRange(explanation.motion->v));
  }
  for (const NamedMap& map : explanation.maps) {
    double least = 0, greatest = 0;
    cv::minMaxLoc(map.values, &least, &greatest);
    EXPECT_GE(least, 0) << map.name;
    EXPECT_LE(greatest, 1) << map.name;
  }
  for (const WeightedRegion& region : explanation.regions) {
    EXPECT_GE(region.weight, 0);
    EXPECT_LE(region.weight, 1);
    EXPECT_GT(region.box.area(), 0);
  }
}

TEST_P(EveryExplanation, DoesNotDisturbOtherThreads) {
  const auto recognizer = fitted(1);
  const SampleSet samples = synthetic_samples(1, 2);
  const std::vector<float> expected = recognizer->recognize(samples[1]).logits;
  int wrong = 0;
  std::thread beside([&] {
    for (int i = 0; i < 20; ++i)
      if (recognizer->recognize(samples[1]).logits != expected) ++wrong;
  });
  for (int i = 0; i < 3; ++i) recognizer->explain(samples[0]);
  beside.join();
  EXPECT_EQ(wrong, 0);
}

TEST_P(EveryExplanation, NeedsFittingOrLoadingAndASampleItCanRead) {
  EXPECT_THROW(make()->explain(synthetic_samples(1, 1)[0]), ModelError);
  if (!looks_at_samples()) return;
  Sample empty = synthetic_samples(1, 1)[0];
  empty.faces.clear();
  empty.motion_image.reset();
  EXPECT_THROW(fitted(1)->explain(empty), ClipError);
}

INSTANTIATE_TEST_SUITE_P(Catalogue, EveryExplanation, ::testing::ValuesIn(recognizers()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace merkit::testing
