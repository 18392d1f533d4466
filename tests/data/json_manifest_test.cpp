#include "merkit/data/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit {
namespace {

using ::testing::HasSubstr;

Manifest json(const std::string& text) { return Manifest::parse(text, true, "sets/m.json"); }

std::string error_of(const std::string& text) {
  try {
    json(text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

std::string with_clips(const std::string& clips) { return R"({"manifest_version":1,"clips":[)" + clips + "]}"; }

TEST(JsonManifest, LaysClipsOverDefaults) {
  const auto manifest =
      json(R"({"manifest_version": 1, "root": "data", "defaults": {"dataset": "mine", "fps": 99.5, "onset": 3},
    "clips": [{"clip_id": "a", "subject": "007", "frames": "a.avi", "onset": 0, "apex": null, "offset": 9, "aus": ["4", 7]},
              {"clip_id": "b", "subject": 7, "features": "b.png", "fps": null}]})");
  ASSERT_EQ(manifest.clips.size(), 2u);
  const auto& a = manifest.clips[0];
  EXPECT_EQ(a.dataset, "mine");
  EXPECT_EQ(a.subject, "007");
  EXPECT_EQ(a.frames, "sets/data/a.avi");
  EXPECT_EQ(a.source, "a.avi");
  EXPECT_EQ(a.frame_base, FrameBase::index0);
  EXPECT_EQ(a.onset, 0);
  EXPECT_FALSE(a.apex);
  EXPECT_EQ(a.offset, 9);
  EXPECT_EQ(a.fps, 99.5);
  EXPECT_EQ(a.other.at("aus"), R"(["4",7])");
  const auto& b = manifest.clips[1];
  EXPECT_EQ(b.subject, "7");
  EXPECT_EQ(b.onset, 3);
  EXPECT_EQ(b.fps, 0) << "null takes a default away";
}

TEST(JsonManifest, NamesTheJsonPathOfAnError) {
  const std::string good = R"({"clip_id":"a","subject":"s","frames":"f"})";
  EXPECT_THAT(error_of(with_clips(good + R"(,{"clip_id":"b","subject":"s","frames":"f","onset":"x"})")),
              HasSubstr("sets/m.json:/clips/1/onset: expected a frame number"));
  EXPECT_THAT(error_of(with_clips(R"({"clip_id":"b","subject":"s","frames":"f","onset":2.5})")),
              HasSubstr("sets/m.json:/clips/0/onset"));
  EXPECT_THAT(error_of(with_clips(R"({"clip_id":"b","subject":["s"],"frames":"f"})")),
              HasSubstr("sets/m.json:/clips/0/subject: expected text or a number, got array"));
  EXPECT_THAT(error_of(with_clips(R"({"subject":"s","frames":"f"})")),
              HasSubstr("sets/m.json:/clips/0: clip_id is empty"));
  EXPECT_THAT(error_of(with_clips(R"({"clip_id":"b","subject":"s","frames":"/f"})")),
              HasSubstr("sets/m.json:/clips/0/frames: expected a path relative"));
  EXPECT_THAT(error_of(with_clips(good + "," + good)), HasSubstr("first at sets/m.json:/clips/0"));
  EXPECT_THAT(error_of(with_clips("3")), HasSubstr("sets/m.json:/clips/0 must be an object"));
  EXPECT_THAT(error_of(with_clips("")), HasSubstr("names no clip"));
}

TEST(JsonManifest, ChecksTheDocument) {
  EXPECT_THAT(error_of("{"), HasSubstr("sets/m.json: not JSON"));
  EXPECT_THAT(error_of("[]"), HasSubstr("sets/m.json:/ must be an object"));
  EXPECT_THAT(error_of(R"({"clips":[]})"), HasSubstr("sets/m.json:/manifest_version is missing"));
  EXPECT_THAT(error_of(R"({"manifest_version":2,"clips":[]})"), HasSubstr("/manifest_version must be 1, got 2"));
  EXPECT_THAT(error_of(R"({"manifest_version":1})"), HasSubstr("sets/m.json:/clips must be an array"));
  EXPECT_THAT(error_of(R"({"manifest_version":1,"clips":[],"default":{}})"), HasSubstr("/default is not a known key"));
  EXPECT_THAT(error_of(R"({"manifest_version":1,"clips":[],"defaults":{"clip_id":"x"}})"),
              HasSubstr("/defaults/clip_id"));
  EXPECT_THAT(error_of(R"({"manifest_version":1,"root":"../x","clips":[]})"), HasSubstr("sets/m.json:/root: expected"));
}

TEST(JsonManifest, RefusesDeepNesting) {
  const std::string deep = std::string(100000, '[') + std::string(100000, ']');
  EXPECT_THAT(error_of(with_clips(R"({"clip_id":"a","subject":"s","frames":"f","x":)" + deep + "}")),
              HasSubstr("nested deeper than 16"));
}

}  // namespace
}  // namespace merkit
