// What a manifest row gives, with and without a cache, on drawn faces.
#include "pipeline/cached_faces.h"

#include "merkit/pipeline/prepare_samples.h"
#include "pipeline/cache_entry.h"
#include "support/drawn_face.h"
#include "support/one_opencv_thread.h"
#include "support/temporary_folder.h"

#include <cstring>
#include <fstream>

#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>

namespace merkit::testing {
namespace {

namespace fs = std::filesystem;

bool same_bytes(const AlignedFace& a, const AlignedFace& b) {
  const auto same = [](const auto& x, const auto& y) { return std::memcmp(&x, &y, sizeof x) == 0; };
  return a.number == b.number && same(a.time_s, b.time_s) && a.success == b.success &&
         same(a.confidence, b.confidence) && a.segment == b.segment && a.shrink == b.shrink &&
         same(a.landmarks, b.landmarks) && same(a.crop_from_source, b.crop_from_source) &&
         a.image.size() == b.image.size() && a.image.type() == b.image.type() &&
         cv::norm(a.image, b.image, cv::NORM_INF) == 0;
}

void expect_same(const Sample& a, const Sample& b) {
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
    return prepare_sample(clip, {config, policy, std::move(cache)}, faces);
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
};

TEST_F(CachedFaces, AHitEqualsAMissByteForByte) {
  const Sample without = prepared(row), miss = prepared_through_cache(row), hit = prepared_through_cache(row);
  EXPECT_EQ(cache->use().found, 1u);
  EXPECT_EQ(cache->use().missed, 1u);
  ASSERT_EQ(hit.faces.size(), 2u);
  EXPECT_EQ(hit.faces[1].number, 4);
  EXPECT_GT(hit.faces[1].time_s, 0);
  expect_same(without, miss);
  expect_same(without, hit);
  EXPECT_EQ(hit.motion_store, cache);
  EXPECT_EQ(without.motion_store, nullptr);
}

TEST_F(CachedFaces, AreKnownByContentNotByPathOrName) {
  EXPECT_FALSE(is_found(row));
  fs::rename(folder / "clip", folder / "moved");
  row.frames = folder / "moved";
  row.clip_id = row.subject = row.dataset = row.emotion = "other";
  EXPECT_TRUE(is_found(row));
}

TEST_F(CachedFaces, EveryFrameUsedMatters) {
  EXPECT_FALSE(is_found(row));
  for (const int number : {1, 2, 4}) {  // the first frame gives the clip its size
    cv::Mat3b picture = cv::imread(frame(row.frames, number).string());
    picture(3, 3)[0] ^= 1;
    cv::imwrite(frame(row.frames, number).string(), picture);
    EXPECT_FALSE(is_found(row)) << "frame " << number;
    EXPECT_TRUE(is_found(row)) << "frame " << number;
  }
  cv::imwrite(frame(row.frames, 3).string(), cv::Mat3b(240, 240));
  EXPECT_TRUE(is_found(row)) << "a frame that is not used";
  cv::imwrite(frame(row.frames, 8).string(), cv::Mat3b(240, 240));
  EXPECT_FALSE(is_found(row)) << "one frame more";
  fs::rename(frame(row.frames, 7), row.frames / "g07.png");
  EXPECT_FALSE(is_found(row)) << "another name";
}

TEST_F(CachedFaces, EveryParameterMatters) {
  EXPECT_FALSE(is_found(row));
  const ManifestClip original = row;
  const auto expect_new = [&](const char* what) {
    EXPECT_FALSE(is_found(row)) << what;
    EXPECT_TRUE(is_found(row)) << what << ", second time";
    row = original;
    config = {};
    EXPECT_TRUE(is_found(row)) << what << ", back again";
  };
  row.onset = 1;
  expect_new("onset");
  row.apex = 3;
  expect_new("apex");
  row.offset = 7;
  expect_new("offset");
  row.fps = 50;
  expect_new("fps");
  row.frame_base = FrameBase::index1;
  expect_new("frame base");
  config.width = 120;
  expect_new("width");
  config.min_similarity = 0.7;
  expect_new("min_similarity");
  config.landmarks_every_frame = true;
  expect_new("landmarks_every_frame");
  config.detection.scale = 0.75;
  expect_new("detection.scale");
  config.detection.full_scale = false;
  expect_new("detection.full_scale");
  config.detection.upsample = false;
  expect_new("detection.upsample");
  row.apex.reset();
  expect_new("no apex");
}

TEST_F(CachedFaces, TheApexPolicyMattersOnlyWithoutAnApex) {
  EXPECT_FALSE(is_found(row));
  policy = ApexPolicy::spot;
  EXPECT_TRUE(is_found(row));
  row.apex.reset();
  EXPECT_FALSE(is_found(row));
  EXPECT_TRUE(is_found(row));
  policy = ApexPolicy::middle;
  EXPECT_FALSE(is_found(row));
}

TEST_F(CachedFaces, ASpottedApexDependsOnAllFramesOfTheInterval) {
  policy = ApexPolicy::spot;
  row.apex.reset();
  const Sample without = prepared(row);
  EXPECT_FALSE(is_found(row));
  expect_same(without, prepared_through_cache(row));
  cv::Mat3b picture = cv::imread(frame(row.frames, 5).string());
  picture(3, 3)[0] ^= 1;
  cv::imwrite(frame(row.frames, 5).string(), picture);
  EXPECT_FALSE(is_found(row));
}

TEST_F(CachedFaces, AnotherBuildOrLandmarkModelFindsNothing) {
  EXPECT_FALSE(is_found(row));
  const auto newer = std::make_shared<const Cache>(folder / "cache", "newer build");
  prepared(row, newer);
  EXPECT_EQ(newer->use().found, 0u);
  std::ofstream(folder / "other.dat") << "no landmark model";
  const SharedFaceModel other(folder / "other.dat");
  EXPECT_THROW(prepare_sample(row, {config, policy, cache}, other), ModelError);
  EXPECT_EQ(cache->use().found, 0u);
  fs::create_symlink(faces.file(), folder / "same.dat");
  const SharedFaceModel same(folder / "same.dat");
  prepare_sample(row, {config, policy, cache}, same);
  EXPECT_EQ(cache->use().found, 1u);
}

TEST_F(CachedFaces, ADamagedEntryIsComputedAnew) {
  const Sample without = prepared(row);
  EXPECT_FALSE(is_found(row));
  for (const auto& entry : fs::recursive_directory_iterator(folder / "cache"))
    if (entry.path().extension() == ".faces") fs::resize_file(entry.path(), entry.file_size() / 2);
  expect_same(without, prepared_through_cache(row));
  EXPECT_EQ(cache->use().damaged, 1u);
  EXPECT_TRUE(is_found(row));
}

TEST_F(CachedFaces, FailuresAreToldAsWithoutACacheAndNotKept) {
  row.apex = 40;
  const auto message = [&](std::shared_ptr<const Cache> used) -> std::string {
    try {
      prepared(row, std::move(used));
    } catch (const ClipError& error) {
      return std::string(to_string(error.status())) + ": " + error.what();
    }
    return "no error";
  };
  EXPECT_EQ(message(cache), message(nullptr));
  row.apex = 4;
  cv::imwrite(frame(row.frames, 4).string(), cv::Mat3b(240, 240, cv::Vec3b(0, 0, 0)));
  EXPECT_EQ(message(cache), message(nullptr));
  EXPECT_EQ(message(cache).substr(0, 7), "no_face");
  fs::remove(frame(row.frames, 2));
  EXPECT_EQ(message(cache), message(nullptr));
  row.frames = folder / "nowhere";
  EXPECT_EQ(message(cache), message(nullptr));
  EXPECT_EQ(cache->use().kept, 0u);
}

TEST_F(CachedFaces, AFaceThatHasToBeFollowedDependsOnAllFramesBetween) {
  row.apex = 7;
  row.offset = 7;
  row.frames = folder / "far";
  config.min_similarity = 0.985;  // drawn people resemble each other
  config.detection.scale = 1;
  write_walk(row.frames);
  const Sample without = prepared(row);
  expect_same(without, prepared_through_cache(row));
  ASSERT_EQ(cache->use().kept, 2u) << "the other person should be taken for this one, unless all frames are looked at";
  expect_same(without, prepared_through_cache(row));
  EXPECT_EQ(cache->use().found, 2u);
  cv::Mat3b picture = cv::imread(frame(row.frames, 5).string());
  picture(3, 3)[0] ^= 1;
  cv::imwrite(frame(row.frames, 5).string(), picture);
  prepared_through_cache(row);
  EXPECT_EQ(cache->use().kept, 4u);
}

TEST(FacesEntry, HoldsAllAndRefusesOtherBytes) {
  PreparedFaces prepared;
  prepared.interval = {3, 5, 9};
  AlignedFace face;
  face.number = 3;
  face.time_s = 0.1;
  face.success = true;
  face.confidence = 1.0 / 3;
  face.segment = 2;
  face.shrink = 4;
  face.image = cv::Mat3b(5, 4, cv::Vec3b(1, 2, 3));
  face.landmarks[67] = {0.25F, 1e-30F};
  face.crop_from_source = {1, 2, 3, 4, 5, 1.0 / 7};
  AlignedFace none;
  none.number = 5;
  prepared.faces = {face, none};
  const std::string bytes = written_faces(prepared);
  const auto read = read_faces(bytes);
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->followed);
  ASSERT_EQ(read->faces.size(), 2u);
  EXPECT_TRUE(same_bytes(read->faces[0], face));
  EXPECT_TRUE(read->faces[1].image.empty());
  EXPECT_EQ(read->interval.apex, 5);
  EXPECT_EQ(read->interval.offset, 9);
  for (std::size_t i = 0; i < bytes.size(); ++i) ASSERT_FALSE(read_faces(bytes.substr(0, i))) << i << " bytes";
  EXPECT_FALSE(read_faces(bytes + "x"));
}

}  // namespace
}  // namespace merkit::testing
