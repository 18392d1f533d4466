// A data set in which only who somebody is tells the class: whatever scores above chance on it has seen the people that
// it is scored on.
#include "merkit/evaluation/metrics.h"
#include "merkit/experiments/recognition_plan.h"
#include "merkit/methods/catalog.h"

#include <random>

#include <gtest/gtest.h>

namespace merkit {
namespace {

constexpr int kPeople = 60, kClipsEach = 2;

/// Every person has a random picture of their own, barely changed from clip to clip, and one class.
SampleSet canaries() {
  std::mt19937 random(3);
  SampleSet samples;
  for (int person = 0; person < kPeople; ++person) {
    cv::Mat_<cv::Vec3b> face(28, 28);
    for (auto& pixel : face)
      for (int c = 0; c < 3; ++c) pixel[c] = static_cast<uchar>(40 + random() % 176);
    for (int i = 0; i < kClipsEach; ++i) {
      cv::Mat_<cv::Vec3b> image = face.clone();
      for (auto& pixel : image)
        for (int c = 0; c < 3; ++c) pixel[c] = static_cast<uchar>(pixel[c] + random() % 9 - 4);
      Sample sample;
      sample.id = "p" + std::to_string(person) + "_" + std::to_string(i);
      sample.dataset = "canary";
      sample.subject = "p" + std::to_string(person);
      sample.motion_image = image;
      sample.label = person % 3;
      samples.push_back(sample);
    }
  }
  return samples;
}

/// Share of clips named rightly when `group` says which are held out together.
template <class Group>
double accuracy(const std::string& method, const std::string& settings, Group group) {
  const SampleSet samples = canaries();
  RecognitionPlan plan;
  plan.method = method;
  plan.config = settings;
  plan.protocol = "canary";
  plan.classes = {"negative", "positive", "surprise"};
  plan.seeds = {1};
  for (const auto& sample : samples) plan.clips.push_back({sample.id, "canary", group(sample), *sample.label});
  const Method& entry = find_method(method);
  int right = 0;
  for (const auto& task : plan.tasks()) {
    const RecognitionTaskResult result =
        run_task(plan, task, samples,
                 [&] { return entry.make_recognizer(Settings::parse(settings, "test"), LabelSet(plan.classes)); }, {});
    for (std::size_t i = 0; i < result.clips.size(); ++i)
      right += result.predictions[i].label == plan.clips[result.clips[i]].label;
  }
  return right / static_cast<double>(samples.size());
}

class Canary : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(Canary, IsSilentWhenPeopleAreHeldOut) {
  const auto& [method, settings] = GetParam();
  // A third is chance; 60 people who are each guessed by themselves deviate from it by 0.06.
  EXPECT_LT(accuracy(method, settings, [](const Sample& sample) { return sample.subject; }), 0.5);
}

TEST_P(Canary, SingsWhenOnlyClipsAreHeldOut) {
  const auto& [method, settings] = GetParam();
  // Two folds, each of one clip of everybody.
  EXPECT_GT(accuracy(method, settings, [](const Sample& sample) { return sample.id.substr(sample.id.find('_')); }),
            0.9);
}

INSTANTIATE_TEST_SUITE_P(
    Methods, Canary,
    testing::Values(std::pair{"flow_svm", "{}"},
                    std::pair{"ststnet", R"({"training": {"epochs": 60, "learning_rate": 0.003, "batch_size": 32}})"}),
    [](const auto& info) { return std::string(info.param.first); });

}  // namespace
}  // namespace merkit
