#include "merkit/pipeline/recognize_clips.h"

#include "merkit/core/stop.h"
#include "support/recognizer_double.h"
#include "support/temporary_folder.h"

#include <atomic>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

namespace merkit {
namespace {

using ::testing::HasSubstr;
using testing::TemporaryFolder;

/// Says class 1 for clips whose name ends in an odd digit, and does as told for others.
class FakeRecognizer final : public testing::RecognizerDouble {
 public:
  FakeRecognizer() : RecognizerDouble({"even", "odd"}) {}

  std::set<std::string> cannot_encode, breaks;
  mutable std::mutex mutex;
  mutable std::vector<std::size_t> groups;

  std::unique_ptr<EncodedSample> encode(const Sample& sample) const override {
    if (cannot_encode.count(sample.id)) throw ClipError(Status::unsupported, "no motion in " + sample.id);
    return RecognizerDouble::encode(sample);
  }
  std::vector<Prediction> recognize(const std::vector<std::unique_ptr<EncodedSample>>& samples) const override {
    {
      const std::lock_guard lock(mutex);
      groups.push_back(samples.size());
    }
    std::vector<Prediction> predictions;
    for (const auto& sample : samples) {
      const std::string& id = id_of(sample);
      if (breaks.count(id)) throw std::runtime_error("the library below broke");
      Prediction prediction;
      prediction.label = (id.back() - '0') % 2;
      predictions.push_back(prediction);
    }
    return predictions;
  }
};

class RecognizeClips : public ::testing::Test {
 protected:
  RecognizeClips() {
    cv::imwrite((folder_ / "motion.png").string(), cv::Mat(28, 28, CV_8UC3, cv::Scalar(1, 2, 3)));
    for (int i = 0; i < 40; ++i) {
      ManifestClip clip;
      clip.clip_id = "clip" + std::to_string(i);
      clip.features = folder_ / "motion.png";
      clips_.push_back(clip);
    }
  }

  static FutureRecognizer ready(std::shared_ptr<const Recognizer> recognizer) {
    std::promise<std::shared_ptr<const Recognizer>> promise;
    promise.set_value(std::move(recognizer));
    return promise.get_future().share();
  }

  std::vector<RecognizedClip> recognized(const FutureRecognizer& recognizer, int jobs = 2) {
    std::vector<RecognizedClip> result;
    recognize_clips(clips_, {{}, jobs, 16}, faces_, recognizer, [&](std::size_t i, const RecognizedClip& clip) {
      EXPECT_EQ(i, result.size());
      result.push_back(clip);
      return true;
    });
    return result;
  }

  TemporaryFolder folder_;
  std::vector<ManifestClip> clips_;
  SharedFaceModel faces_;
  std::shared_ptr<FakeRecognizer> recognizer_ = std::make_shared<FakeRecognizer>();
};

TEST_F(RecognizeClips, NamesEachInOrderAndInTheSameGroupsWhateverTheThreads) {
  for (const int jobs : {1, 3}) {
    recognizer_->groups.clear();
    const auto found = recognized(ready(recognizer_), jobs);
    ASSERT_EQ(found.size(), 40u);
    for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i].prediction->label, static_cast<int>(i % 2));
    EXPECT_THAT(recognizer_->groups, ::testing::UnorderedElementsAre(16, 16, 8));
  }
}

TEST_F(RecognizeClips, AProblemConcernsItsOwnClip) {
  clips_[3].features = folder_ / "missing.png";
  clips_[4].problem = ClipError(Status::annotation_mismatch, "the row contradicts itself");
  recognizer_->cannot_encode = {"clip5"};
  recognizer_->breaks = {"clip6"};
  const auto found = recognized(ready(recognizer_));
  ASSERT_EQ(found.size(), 40u);
  EXPECT_EQ(found[3].problem.status, Status::decode_error);
  EXPECT_EQ(found[4].problem.message, "the row contradicts itself");
  EXPECT_EQ(found[5].problem.message, "no motion in clip5");
  EXPECT_EQ(found[6].problem.status, Status::unsupported);
  EXPECT_THAT(found[6].problem.message, HasSubstr("the library below broke"));
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i].prediction.has_value(), i < 3 || i > 6) << i;
}

TEST_F(RecognizeClips, ReadsClipsWhileTheRecognizerIsLoading) {
  std::promise<std::shared_ptr<const Recognizer>> promise;
  const FutureRecognizer later = promise.get_future().share();
  std::thread loading([&] {
    std::this_thread::yield();
    promise.set_value(recognizer_);
  });
  const auto found = recognized(later);
  loading.join();
  EXPECT_EQ(found.size(), 40u);
  EXPECT_EQ(found[7].prediction->label, 1);
}

TEST_F(RecognizeClips, WhatTheRecognizersLoadingThrowsIsThrown) {
  const auto failing = [] {
    std::promise<std::shared_ptr<const Recognizer>> promise;
    promise.set_exception(std::make_exception_ptr(ModelError("the model is damaged")));
    return promise.get_future().share();
  };
  EXPECT_THROW(recognized(failing()), ModelError);
  clips_.clear();
  EXPECT_THROW(recognized(failing()), ModelError);
}

TEST_F(RecognizeClips, AStopIsNotAProblemOfAClip) {
  int taken = 0;
  recognize_clips(clips_, {{}, 2, 4}, faces_, ready(recognizer_), [&](std::size_t, const RecognizedClip& clip) {
    EXPECT_EQ(clip.problem.status, Status::ok);
    if (++taken == 4) request_stop(15);
    return true;
  });
  request_stop(0);
  EXPECT_GE(taken, 4);
  EXPECT_LT(taken, 40);
}

}  // namespace
}  // namespace merkit
