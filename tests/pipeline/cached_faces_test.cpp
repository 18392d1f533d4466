// What a manifest row gives, with and without a cache, on drawn faces.
#include "pipeline/cached_faces.h"

#include "pipeline/cache_entry.h"
#include "pipeline/cached_faces_fixture.h"
#include "support/one_opencv_thread.h"

#include <cstring>
#include <fstream>

#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>

namespace merkit::testing {
namespace {

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
  const auto owner = std::make_shared<int>();
  auto read = read_faces({owner, bytes});
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->followed);
  ASSERT_EQ(read->faces.size(), 2u);
  EXPECT_TRUE(same_bytes(read->faces[0], face));
  EXPECT_TRUE(read->faces[1].image.empty());
  EXPECT_EQ(read->interval.apex, 5);
  EXPECT_EQ(read->interval.offset, 9);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    ASSERT_FALSE(read_faces({owner, std::string_view(bytes).substr(0, i)})) << i << " bytes";
  EXPECT_FALSE(read_faces({owner, bytes + "x"}));

  const auto* const pixels = reinterpret_cast<const char*>(read->faces[0].image.data);
  EXPECT_TRUE(pixels > bytes.data() && pixels < bytes.data() + bytes.size()) << "the picture was copied";
  EXPECT_EQ(owner.use_count(), 2);
  cv::Mat part = read->faces[0].image.row(1);
  read.reset();
  EXPECT_EQ(owner.use_count(), 2) << "a part of a picture keeps the pixels";
  part.create(50, 60, CV_32FC1);
  EXPECT_EQ(owner.use_count(), 1) << "what takes its place does not";
}

}  // namespace
}  // namespace merkit::testing
