#include "merkit/core/aligned_face.h"
#include "merkit/core/error.h"
#include "merkit/core/interval.h"
#include "merkit/core/label_set.h"
#include "merkit/core/sample.h"
#include "support/temporary_folder.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit {
namespace {

using ::testing::HasSubstr;

TEST(Interval, CountsBothEnds) {
  EXPECT_EQ((Interval{5, std::nullopt, 5}.length()), 1);
  EXPECT_EQ((Interval{3, std::nullopt, 7}.length()), 5);
  EXPECT_EQ((Interval{7, std::nullopt, 3}.length()), 0);
}

TEST(Interval, OverlapIsCountedInFrames) {
  EXPECT_DOUBLE_EQ(iou({1, {}, 2}, {2, {}, 3}), 1.0 / 3);
  EXPECT_DOUBLE_EQ(iou({1, {}, 10}, {1, {}, 10}), 1);
  EXPECT_DOUBLE_EQ(iou({1, {}, 4}, {5, {}, 8}), 0);
  EXPECT_DOUBLE_EQ(iou({699, {}, 707}, {701, {}, 706}), 6.0 / 9);
  EXPECT_DOUBLE_EQ(iou({5, {}, 1}, {1, {}, 5}), 0) << "an empty interval overlaps nothing";
}

TEST(Interval, ApexMustLieInside) {
  EXPECT_TRUE((Interval{1, 1, 3}.is_valid()));
  EXPECT_FALSE((Interval{1, 4, 3}.is_valid()));
  EXPECT_FALSE((Interval{3, std::nullopt, 1}.is_valid()));
}

TEST(Interval, WithoutApexTheMiddleFrameStandsIn) {
  EXPECT_EQ((Interval{10, std::nullopt, 20}.apex_or_middle()), 15);
  EXPECT_EQ((Interval{10, 12, 20}.apex_or_middle()), 12);
}

TEST(Error, UnknownNamesSuggestTheNearestAndListAll) {
  try {
    throw_unknown_name("method", "stsnet", {"strain_peaks", "ststnet"});
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(), "unknown method \"stsnet\"; did you mean \"ststnet\"?");
    EXPECT_EQ(error.hint(), "known: strain_peaks, ststnet");
  }
}

TEST(Error, NothingIsSuggestedForANameUnlikeAnyOther) {
  try {
    throw_unknown_name("method", "xyz", {"strain_peaks", "ststnet"});
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(), "unknown method \"xyz\"");
  }
}

TEST(LabelSet, MapsVocabulariesWithoutRegardToCaseAndSpace) {
  const LabelSet labels({"negative", "positive"}, {{"Happiness", "positive"}, {"disgust", "negative"}});
  EXPECT_EQ(labels.find(" happiness "), 1);
  EXPECT_EQ(labels.find("DISGUST"), 0);
  EXPECT_EQ(labels.find("Positive"), 1) << "a class stands for itself";
  EXPECT_EQ(labels.find("others"), std::nullopt);
}

TEST(LabelSet, RefusesDoubleClassesAndMapsToNowhere) {
  EXPECT_THROW(LabelSet({"a", "a"}), ConfigError);
  EXPECT_THROW(LabelSet({"a", ""}), ConfigError);
  EXPECT_THROW(LabelSet({"a"}, {{"x", "b"}}), ConfigError);
}

TEST(LabelSet, UnknownKeysOfAFileAreErrors) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "labels.json") << R"({"classes": ["a"], "maps": {}})";
  try {
    LabelSet::from_file(folder / "labels.json");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("labels.json: /maps is not a known setting"));
  }
}

TEST(Sample, SubjectsOfDifferentDataSetsAreDifferentPeople) {
  Sample a, b;
  a.dataset = "casme2";
  b.dataset = "samm";
  a.subject = b.subject = "01";
  EXPECT_NE(a.subject_key(), b.subject_key());
}

TEST(Transforms, InverseAndCompositionAgree) {
  const cv::Matx23d scale_and_turn{0.8, -0.6, 12, 0.6, 0.8, -7};
  const cv::Matx23d identity = composed(scale_and_turn, inverted(scale_and_turn));
  EXPECT_NEAR(cv::norm(identity - cv::Matx23d(1, 0, 0, 0, 1, 0)), 0, 1e-12);
  Landmarks points{};
  points[0] = {3, 4};
  const Landmarks moved = transformed(points, scale_and_turn);
  EXPECT_FLOAT_EQ(moved[0].x, 0.8f * 3 - 0.6f * 4 + 12);
  EXPECT_FLOAT_EQ(moved[0].y, 0.6f * 3 + 0.8f * 4 - 7);
}

}  // namespace
}  // namespace merkit
