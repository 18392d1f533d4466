#pragma once

#include "merkit/pipeline/prepare_samples.h"
#include "support/drawn_face.h"
#include "support/temporary_folder.h"

#include <cstring>
#include <filesystem>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>

namespace merkit::testing {

namespace fs = std::filesystem;

inline bool same_bytes(const AlignedFace& a, const AlignedFace& b) {
  const auto same = [](const auto& x, const auto& y) { return std::memcmp(&x, &y, sizeof x) == 0; };
  return a.number == b.number && same(a.time_s, b.time_s) && a.success == b.success &&
         same(a.confidence, b.confidence) && a.segment == b.segment && a.shrink == b.shrink &&
         same(a.landmarks, b.landmarks) && same(a.crop_from_source, b.crop_from_source) &&
         a.image.size() == b.image.size() && a.image.type() == b.image.type() &&
         cv::norm(a.image, b.image, cv::NORM_INF) == 0;
}

inline void expect_same(const Sample& a, const Sample& b) {
  EXPECT_EQ(a.interval.onset, b.interval.onset);
  EXPECT_EQ(a.interval.apex, b.interval.apex);
  EXPECT_EQ(a.interval.offset, b.interval.offset);
  ASSERT_EQ(a.faces.size(), b.faces.size());
  for (std::size_t i = 0; i < a.faces.size(); ++i) EXPECT_TRUE(same_bytes(a.faces[i], b.faces[i])) << "face " << i;
}

/// A directory of seven frames, f01.png and on, of a face that moves a little.
class CachedFaces : public ::testing::Test {
 protected:
  static constexpr int kFrames = 7;

  void SetUp() override {
    if (faces.file().empty()) GTEST_SKIP() << "this build reads no frames";
    write_clip(folder / "clip", 0.4);
    row.clip_id = "clip";
    row.frames = folder / "clip";
    row.onset = 2;
    row.apex = 4;
    row.offset = 6;
    row.fps = 100;
  }

  static fs::path frame(const fs::path& clip, int number) { return clip / ("f0" + std::to_string(number) + ".png"); }

  /// The face shifts to the right by `step_px` a frame.
  static void write_clip(const fs::path& clip, double step_px) {
    static const cv::Mat face = drawn_face(240);
    fs::create_directories(clip);
    for (int i = 1; i <= kFrames; ++i) {
      cv::Mat moved;
      const cv::Matx23d pose(1, 0, step_px * (i - 1), 0, 1, 0);
      cv::warpAffine(face, moved, pose, face.size(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
      cv::imwrite(frame(clip, i).string(), moved);
    }
  }

  /// A person walks far, past another one who is then nearer to where the first one was.
  static void write_walk(const fs::path& clip) {
    const cv::Mat walking = drawn_face(240);
    DrawnPerson person;
    person.seed = 9;
    person.light = 0.4;
    person.mouth = 1.2;
    person.brow = 1.5;
    const cv::Mat staying = drawn_face(200, person);
    fs::create_directories(clip);
    for (int i = 1; i <= kFrames; ++i) {
      cv::Mat picture(600, 460, CV_8UC3, cv::Scalar::all(128));
      staying.copyTo(picture(cv::Rect(250, 20, 200, 200)));
      walking.copyTo(picture(cv::Rect(0, 58 * (i - 1), 240, 240)));
      cv::imwrite(frame(clip, i).string(), picture);
    }
  }

  Sample prepared(const ManifestClip& clip, std::shared_ptr<const Cache> cache = nullptr) const {
    return prepare_sample(clip, {config, policy, std::move(cache), frames}, faces);
  }
  Sample prepared_through_cache(const ManifestClip& clip) const { return prepared(clip, cache); }

  /// Whether the row is found in the cache; if not, it is afterwards.
  bool is_found(const ManifestClip& clip) const {
    const auto before = cache->use();
    prepared_through_cache(clip);
    EXPECT_EQ(cache->use().found + cache->use().missed, before.found + before.missed + 1);
    return cache->use().found > before.found;
  }

  const TemporaryFolder folder;
  const SharedFaceModel faces;
  const std::shared_ptr<const Cache> cache = std::make_shared<const Cache>(folder / "cache", "build");
  ManifestClip row;
  FaceConfig config;
  ApexPolicy policy = ApexPolicy::middle;
  FrameNeed frames = FrameNeed::onset_and_apex;
};

}  // namespace merkit::testing
