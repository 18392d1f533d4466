#pragma once

#include "merkit/core/sample.h"
#include "merkit/learning/recognizer.h"
#include "support/face_shape.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

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

/// Frames 0 to 8 of a face of soft blotches, 64 x 64, of which a third that depends on the class moves right by up to
/// four pixels and back. Integer arithmetic only, as above.
inline std::vector<AlignedFace> synthetic_faces(int label, std::uint32_t seed) {
  constexpr int kSide = 64, kCell = 4, kCells = kSide / kCell + 2;
  std::mt19937 random(seed);
  int coarse[kCells][kCells];
  for (auto& row : coarse)
    for (int& value : row) value = static_cast<int>(random() % 200) + 28;
  const auto skin = [&](int row, int column) {  // between the four cells around; columns from -4
    const int y = row / kCell, x = (column + kCell) / kCell, down = row % kCell, right = (column + kCell) % kCell;
    const int above = coarse[y][x] * (kCell - right) + coarse[y][x + 1] * right;
    const int below = coarse[y + 1][x] * (kCell - right) + coarse[y + 1][x + 1] * right;
    return (above * (kCell - down) + below * down) / (kCell * kCell);
  };
  std::vector<AlignedFace> faces;
  for (int number = 0; number <= 8; ++number) {
    AlignedFace face;
    face.number = number;
    face.time_s = number / 100.0;
    face.success = true;
    face.confidence = 1;
    face.image.create(kSide, kSide, CV_8UC3);
    face.landmarks = face_shape({32, 24}, 24);
    for (int row = 0; row < kSide; ++row)
      for (int column = 0; column < kSide; ++column) {
        const bool moves = row * 3 / kSide == label;
        const auto grey = static_cast<unsigned char>(skin(row, column - (moves ? std::min(number, 8 - number) : 0)));
        face.image.at<cv::Vec3b>(row, column) = {grey, grey, grey};
      }
    faces.push_back(face);
  }
  return faces;
}

/// `per_subject` samples of each of `subjects` people, the classes 0, 1, 2 in turn, as ready motion images and as
/// faces with onset 0, apex 4 and offset 8.
inline SampleSet synthetic_samples(int subjects, int per_subject) {
  SampleSet samples;
  for (int subject = 0; subject < subjects; ++subject)
    for (int i = 0; i < per_subject; ++i) {
      Sample sample;
      sample.subject = "s" + std::to_string(subject + 1);
      sample.id = sample.subject + "_" + std::to_string(i + 1);
      sample.dataset = "synthetic";
      sample.label = i % 3;
      const auto seed = static_cast<std::uint32_t>(100 * subject + i);
      sample.motion_image = synthetic_motion_image(*sample.label, seed);
      sample.interval = {0, 4, 8};
      sample.faces = synthetic_faces(*sample.label, seed);
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
