#include "merkit/face/face_aligner.h"

#include "face/shared_face_model.h"
#include "merkit/data/csv.h"
#include "merkit/media/clip_reader.h"
#include "support/drawn_face.h"
#include "support/test_data.h"

#include <fstream>
#include <iostream>
#include <map>

#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

namespace merkit {
namespace {

using testing::data_directory;
using testing::drawn_face;
using testing::shared_face_model;

/// The drawn face after a similarity about its centre.
Frame moved_face(int number, double dx, double dy, double degrees = 0, double scale = 1) {
  static const cv::Mat3b face = drawn_face(400);
  cv::Mat turn = cv::getRotationMatrix2D({200, 200}, degrees, scale), moved;
  turn.at<double>(0, 2) += dx;
  turn.at<double>(1, 2) += dy;
  cv::warpAffine(face, moved, turn, {440, 420}, cv::INTER_CUBIC, cv::BORDER_REPLICATE);
  return {number, number / 50.0, moved, ""};
}

Frame empty_frame(int number) {
  return {number, number / 50.0, cv::Mat(420, 440, CV_8UC3, cv::Scalar(90, 80, 70)), ""};
}

/// Mean distance of rigid points from where they began, in pixels of the crop: measured 0.52, with a margin.
constexpr double kWander = 0.6;

double mean_difference(const cv::Mat& a, const cv::Mat& b) {
  return cv::norm(a, b, cv::NORM_L1) / static_cast<double>(a.total() * a.channels());
}

TEST(CanonicalCrop, PutsTheSixPointsWhereTheyBelongWhateverThePose) {
  Landmarks shape{};
  const cv::Matx23d source_from_crop{1.7, 0.3, 40, -0.3, 1.7, 90};
  Landmarks canonical{};
  canonical[39] = {0.3626f * 140, 0.4429f * 140};
  canonical[42] = {0.6374f * 140, 0.4429f * 140};
  canonical[27] = {70, 0.4066f * 140};
  canonical[28] = {70, 0.4919f * 140};
  canonical[29] = {70, 0.5746f * 140};
  canonical[30] = {70, 0.6649f * 140};
  shape = transformed(canonical, source_from_crop);
  const cv::Matx23d found = canonical_crop_from_source(shape, 140, 170);
  EXPECT_LT(cv::norm(found - inverted(source_from_crop)), 1e-3);
}

TEST(FaceAligner, HeadMotionLeavesTheCropsAsTheyWere) {
  FaceAligner aligner(shared_face_model(), {});
  const AlignedFace first = aligner.align(moved_face(0, 20, 10));
  ASSERT_TRUE(first.success);
  EXPECT_EQ(first.image.size(), cv::Size(140, 170));
  for (int i = 1; i <= 20; ++i) {
    const AlignedFace face = aligner.align(moved_face(i, 20 + 0.8 * i, 10 - 0.35 * i, 0.15 * i, 1 + 0.002 * i));
    ASSERT_TRUE(face.success) << i;
    EXPECT_EQ(face.segment, 0);
    EXPECT_GT(face.confidence, 0.97);
    EXPECT_LT(mean_difference(face.image, first.image), 2.5) << "grey levels, frame " << i;
    EXPECT_EQ(face.landmarks, first.landmarks) << "one reference pose, one set of landmarks";
  }
}

TEST(FaceAligner, AFaceThatLeavesAndComesBackGoesOnInItsSegment) {
  FaceAligner aligner(shared_face_model(), {});
  int number = 0;
  for (; number < 3; ++number) EXPECT_TRUE(aligner.align(moved_face(number, 20, 10)).success);
  for (; number < 16; ++number) {
    const AlignedFace none = aligner.align(empty_frame(number));
    EXPECT_FALSE(none.success);
    EXPECT_TRUE(none.image.empty());
  }
  const AlignedFace back = aligner.align(moved_face(number, 24, 12));
  EXPECT_TRUE(back.success);
  EXPECT_EQ(back.segment, 0);
}

TEST(FaceAligner, AnotherPersonBeginsANewSegment) {
  FaceAligner aligner(shared_face_model(), {});
  EXPECT_EQ(aligner.align(moved_face(0, 20, 10)).segment, 0);
  testing::DrawnPerson other;
  other.seed = 7;
  other.wide = 1.1;
  other.mouth = 1.2;
  other.light = 0.5;
  other.skin = cv::Scalar(70, 90, 130);
  cv::Mat picture;
  cv::copyMakeBorder(drawn_face(400, other), picture, 20, 0, 0, 40, cv::BORDER_REPLICATE);
  const AlignedFace face = aligner.align({1, 0.02, picture, ""});
  ASSERT_TRUE(face.success);
  EXPECT_EQ(face.segment, 1);
}

TEST(FaceAligner, AFaceNumberThatDoesNotExistNeverSucceeds) {
  FaceConfig config;
  config.face = 1;
  FaceAligner aligner(shared_face_model(), config);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(aligner.align(moved_face(i, 20, 10)).success);
}

TEST(FaceAligner, LandmarksOfEveryFrameComeFromTheBoxThatTheTrackCarries) {
  FaceConfig config;
  config.landmarks_every_frame = true;
  FaceAligner aligner(shared_face_model(), config);
  const Frame frame = moved_face(0, 20, 10);
  const AlignedFace first = aligner.align(frame);
  const Landmarks detected =
      transformed(shared_face_model()->detect(frame.image).at(0).landmarks, first.crop_from_source);
  for (int i = 0; i < 68; ++i) EXPECT_LT(cv::norm(first.landmarks[i] - detected[i]), 1.5) << i;
  const AlignedFace later = aligner.align(moved_face(1, 23, 11));
  ASSERT_TRUE(later.success);
  double wander = 0;
  for (int i = 17; i < 68; ++i) wander += cv::norm(later.landmarks[i] - first.landmarks[i]) / 51;
  EXPECT_GT(wander, 0) << "the reference's own landmarks would be equal";
  EXPECT_LT(wander, 3);
}

TEST(FaceAligner, CutsTheSameCropAgain) {
  FaceAligner aligner(shared_face_model(), {});
  aligner.align(moved_face(0, 20, 10));
  const Frame frame = moved_face(1, 22, 10, 1);
  const AlignedFace face = aligner.align(frame);
  EXPECT_EQ(mean_difference(FaceAligner::crop(frame, face, 140, 170).image, face.image), 0);
}

/// Exact landmarks of the rendered long videos, by video and frame.
std::map<std::string, std::map<int, Landmarks>> exact_landmarks(const std::filesystem::path& file) {
  std::ifstream stream(file);
  const CsvTable table({std::istreambuf_iterator<char>(stream), {}}, file.string());
  std::map<std::string, std::map<int, Landmarks>> result;
  for (std::size_t row = 0; row < table.size(); ++row) {
    Landmarks& points = result[table.value(row, "video")][std::stoi(table.value(row, "frame"))];
    for (int i = 0; i < 68; ++i)
      points[i] = {std::stof(table.value(row, "x" + std::to_string(i))),
                   std::stof(table.value(row, "y" + std::to_string(i)))};
  }
  return result;
}

TEST(FaceAligner, HoldsMovingHeadsStillerThanLandmarksDo) {
  MERKIT_NEEDS_DATA("synthetic-me/long/landmarks.csv");
  const auto folder = data_directory() / "synthetic-me/long";
  double registered = 0, by_landmarks = 0;
  int count = 0;
  for (const auto& [video, exact] : exact_landmarks(folder / "landmarks.csv")) {
    if (video != "s01_long.mp4" && video != "s04_long.mp4") continue;
    const auto reader = open_clip(folder / video);
    FaceAligner aligner(shared_face_model(), {});
    std::optional<Landmarks> first, first_by_landmarks;
    while (const auto frame = reader->next()) {
      if (frame->number > 400) break;
      const AlignedFace face = aligner.align(*frame);
      ASSERT_TRUE(face.success) << video << " " << frame->number;
      ASSERT_EQ(face.segment, 0) << video << " " << frame->number;
      const auto truth = exact.find(frame->number);
      if (truth == exact.end()) continue;
      const Landmarks here = transformed(truth->second, face.crop_from_source);
      const auto detected = shared_face_model()->detect(frame->image);
      const Landmarks here_by_landmarks =
          transformed(truth->second, canonical_crop_from_source(detected.at(0).landmarks, 140, 170));
      if (!first) first = here, first_by_landmarks = here_by_landmarks;
      for (const int i : {0, 1, 15, 16, 27, 28, 29, 30}) {
        registered += cv::norm(here[i] - (*first)[i]);
        by_landmarks += cv::norm(here_by_landmarks[i] - (*first_by_landmarks)[i]);
        ++count;
      }
    }
  }
  std::cout << "rigid points wander by " << registered / count << " px of the crop; by landmarks of each frame "
            << by_landmarks / count << " px\n";
  EXPECT_LT(registered / count, kWander);
  EXPECT_LT(registered, 0.75 * by_landmarks);
}

}  // namespace
}  // namespace merkit
