#pragma once

#include "merkit/core/sample.h"
#include "merkit/methods/recognizer.h"

#include <cstdint>
#include <random>
#include <string>

#include <opencv2/core.hpp>

namespace merkit::testing {

/// A motion image of blobs whose place depends on the class, with noise: easy to tell apart, never twice the same.
/// Integer arithmetic only, so that every machine draws the same.
inline cv::Mat synthetic_motion_image(int label, std::uint32_t seed, int size = 28) {
  std::mt19937 random(seed);
  cv::Mat image(size, size, CV_8UC3);
  for (int row = 0; row < size; ++row)
    for (int column = 0; column < size; ++column)
      for (int channel = 0; channel < 3; ++channel) {
        const int third = label * size / 3;
        const bool inside = row >= third && row < third + size / 3;
        image.at<cv::Vec3b>(row, column)[channel] =
            static_cast<unsigned char>((inside ? 160 : 40) + static_cast<int>(random() % 50) + 10 * channel);
      }
  return image;
}

/// `per_subject` samples of each of `subjects` people, the classes 0, 1, 2 in turn, as ready motion images.
inline SampleSet synthetic_samples(int subjects, int per_subject) {
  SampleSet samples;
  for (int subject = 0; subject < subjects; ++subject)
    for (int i = 0; i < per_subject; ++i) {
      Sample sample;
      sample.subject = "s" + std::to_string(subject + 1);
      sample.id = sample.subject + "_" + std::to_string(i + 1);
      sample.dataset = "synthetic";
      sample.label = i % 3;
      sample.motion_image = synthetic_motion_image(*sample.label, static_cast<std::uint32_t>(100 * subject + i));
      samples.push_back(sample);
    }
  return samples;
}

inline LabelSet three_emotions() { return LabelSet({"negative", "positive", "surprise"}); }

/// Keeps what it hears.
class RecordingObserver final : public FitObserver {
 public:
  void on_epoch(int epoch, int epochs, double loss, double accuracy) override {
    epochs_heard.push_back(epoch);
    epochs_promised = epochs;
    losses.push_back(loss);
    accuracies.push_back(accuracy);
  }
  std::vector<int> epochs_heard;
  int epochs_promised = 0;
  std::vector<double> losses, accuracies;
};

}  // namespace merkit::testing
