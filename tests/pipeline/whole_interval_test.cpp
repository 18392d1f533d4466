// What a manifest row gives those who need the faces of all its frames.
#include "merkit/core/error.h"
#include "pipeline/cached_faces_fixture.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>

namespace merkit::testing {
namespace {

class WholeInterval : public CachedFaces {
 protected:
  WholeInterval() { frames = FrameNeed::onset_to_offset; }
};

TEST_F(WholeInterval, HoldsAllFramesAndIsKeptByItself) {
  const Sample without = prepared(row);
  ASSERT_EQ(without.faces.size(), 5u);
  for (int i = 0; i < 5; ++i) {
    const AlignedFace& face = without.faces[static_cast<std::size_t>(i)];
    EXPECT_EQ(face.number, 2 + i);
    EXPECT_TRUE(face.success && face.segment == without.faces[0].segment);
  }
  expect_same(without, prepared_through_cache(row));
  EXPECT_TRUE(is_found(row));
  expect_same(without, prepared_through_cache(row));
  for (const int number : {3, 6}) {
    cv::Mat3b picture = cv::imread(frame(row.frames, number).string());
    picture(3, 3)[0] ^= 1;
    cv::imwrite(frame(row.frames, number).string(), picture);
    EXPECT_FALSE(is_found(row)) << "frame " << number;
  }
  cv::imwrite(frame(row.frames, 7).string(), cv::Mat3b(240, 240));
  EXPECT_TRUE(is_found(row)) << "a frame after the offset";

  frames = FrameNeed::onset_and_apex;
  EXPECT_FALSE(is_found(row)) << "the faces at the ends are another entry";
  EXPECT_EQ(prepared_through_cache(row).faces.size(), 2u);
  frames = FrameNeed::onset_to_offset;
  EXPECT_EQ(prepared_through_cache(row).faces.size(), 5u);
}

TEST_F(WholeInterval, LeavesAFrameWithoutAFaceOutUnlessItIsOnsetOrApex) {
  const cv::Mat3b nobody(240, 240, cv::Vec3b(0, 0, 0));
  cv::imwrite(frame(row.frames, 5).string(), nobody);
  std::vector<int> numbers;
  for (const AlignedFace& face : prepared(row).faces)
    if (face.segment == 0) numbers.push_back(face.number);
  ASSERT_GE(numbers.size(), 3u);
  EXPECT_EQ(std::vector<int>(numbers.begin(), numbers.begin() + 3), (std::vector<int>{2, 3, 4}));
  EXPECT_EQ(std::count(numbers.begin(), numbers.end(), 5), 0);
  const auto message = [&]() -> std::string {
    try {
      prepared(row);
    } catch (const ClipError& error) {
      return std::string(to_string(error.status())) + ": " + error.what();
    }
    return "no error";
  };
  cv::imwrite(frame(row.frames, 4).string(), nobody);
  EXPECT_EQ(message(), "no_face: no face found at the apex, frame 4");
  cv::imwrite(frame(row.frames, 2).string(), nobody);
  EXPECT_EQ(message(), "no_face: no face found at the onset, frame 2");
}

}  // namespace
}  // namespace merkit::testing
