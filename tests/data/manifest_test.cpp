#include "merkit/data/manifest.h"

#include "support/temporary_folder.h"
#include "support/test_data.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

Manifest csv(const std::string& text) { return Manifest::parse(text, false, "sets/m.csv"); }

std::string error_of(const std::string& text) {
  try {
    csv(text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

/// The error of one row with columns clip_id,subject,frames and one more.
std::string error_of_field(const std::string& column, const std::string& value) {
  return error_of("clip_id,subject,frames," + column + "\nc1,s1,clip," + value + "\n");
}

TEST(Manifest, ReadsEveryColumn) {
  const auto manifest =
      csv("emotion,clip_id,dataset,subject,frames,pattern,frame_base,onset,apex,offset,fps,aus\n"
          "happiness,sub01_EP02(1),casme2,006,Cropped/sub01/EP02,img(\\d+),index1,46,59,86,200,\"4,L10\"\n");
  ASSERT_EQ(manifest.clips.size(), 1u);
  const auto& clip = manifest.clips[0];
  EXPECT_EQ(clip.clip_id, "sub01_EP02(1)");
  EXPECT_EQ(clip.dataset, "casme2");
  EXPECT_EQ(clip.subject, "006");
  EXPECT_EQ(clip.frames, "sets/Cropped/sub01/EP02");
  EXPECT_TRUE(clip.features.empty());
  EXPECT_EQ(clip.source, "Cropped/sub01/EP02");
  EXPECT_EQ(clip.pattern, "img(\\d+)");
  EXPECT_EQ(clip.frame_base, FrameBase::index1);
  EXPECT_EQ(clip.onset, 46);
  EXPECT_EQ(clip.apex, 59);
  EXPECT_EQ(clip.offset, 86);
  EXPECT_EQ(clip.fps, 200);
  EXPECT_EQ(clip.emotion, "happiness");
  EXPECT_EQ(clip.other, (std::map<std::string, std::string>{{"aus", "4,L10"}}));
  EXPECT_FALSE(clip.problem);
}

TEST(Manifest, FillsInDefaults) {
  const auto clip = csv("clip_id,subject,features\nc,s,maps/c.png\n").clips.at(0);
  EXPECT_EQ(clip.dataset, "user");
  EXPECT_EQ(clip.features, "sets/maps/c.png");
  EXPECT_TRUE(clip.frames.empty());
  EXPECT_EQ(clip.source, "maps/c.png");
  EXPECT_EQ(clip.frame_base, FrameBase::filename);
  EXPECT_FALSE(clip.onset || clip.apex || clip.offset);
  EXPECT_EQ(clip.fps, 0);
}

TEST(Manifest, CountsFramesOfVideosFromZeroAndOfDirectoriesByName) {
  const testing::TemporaryFolder folder;
  std::filesystem::create_directory(folder / "frames.mp4");
  std::ofstream(folder / "recording") << "x";
  const auto manifest = Manifest::parse(
      "clip_id,subject,frames\na,s,x/clip.MP4\nb,s,x/clip\nc,s,frames.mp4\nd,s,recording\n", false, folder / "m.csv");
  EXPECT_EQ(manifest.clips[0].frame_base, FrameBase::index0);
  EXPECT_EQ(manifest.clips[1].frame_base, FrameBase::filename);
  EXPECT_EQ(manifest.clips[2].frame_base, FrameBase::filename) << "a directory, whatever its name";
  EXPECT_EQ(manifest.clips[3].frame_base, FrameBase::index0) << "a file, whatever its name";
}

TEST(Manifest, NamesMissingAndFoundColumns) {
  EXPECT_THAT(error_of("clip_id,emotion,frames\nc,e,f\n"),
              AllOf(HasSubstr("sets/m.csv:1: missing column: subject;"), HasSubstr("found: clip_id, emotion, frames")));
  EXPECT_THAT(error_of("clip_id,subject\nc,s\n"), HasSubstr("missing column: frames (or features)"));
  EXPECT_THAT(error_of("a,b\n1,2\n"), HasSubstr("missing column: clip_id, subject, frames (or features); found: a, b"));
  EXPECT_THAT(error_of("clip_id,subject,frames,subject\nc,s,f,s\n"), HasSubstr("column \"subject\" is there twice"));
}

TEST(Manifest, RefusesAnEmptyOne) {
  EXPECT_THAT(error_of(""), HasSubstr("sets/m.csv: the manifest is empty"));
  EXPECT_THAT(error_of("clip_id,subject,frames\n\n"), HasSubstr("sets/m.csv: the manifest names no clip"));
}

TEST(Manifest, RefusesRowsWithTooFewOrTooManyFields) {
  EXPECT_THAT(error_of("clip_id,subject,frames\nc,s,f\nd,s\n"),
              HasSubstr("sets/m.csv:3: 2 fields, but the header has 3 columns"));
  EXPECT_THAT(error_of("clip_id,subject,frames\nc,s,f,x\n"), HasSubstr("sets/m.csv:2: 4 fields"));
}

TEST(Manifest, RefusesRowsWithoutIdSubjectOrSource) {
  EXPECT_THAT(error_of("clip_id,subject,frames\n,s,f\n"), HasSubstr("sets/m.csv:2: clip_id is empty"));
  EXPECT_THAT(error_of("clip_id,subject,frames\nc, ,f\n"), HasSubstr("sets/m.csv:2: subject is empty"));
  EXPECT_THAT(error_of("clip_id,subject,frames,features\nc,s,,\n"),
              HasSubstr("sets/m.csv:2: c has neither frames nor features"));
}

TEST(Manifest, RefusesClipIdsThatCannotNameAFile) {
  for (const std::string id : {"a/b", "a b", "..", ".", "caf\xC3\xA9", "a;b"})
    EXPECT_THAT(error_of("clip_id,subject,frames\n" + id + ",s,f\n"),
                HasSubstr("sets/m.csv:2, column clip_id: expected"))
        << id;
  EXPECT_THAT(error_of("clip_id,subject,frames\n" + std::string(201, 'a') + ",s,f\n"), HasSubstr("at most 200"));
}

TEST(Manifest, NamesBothLinesOfADuplicate) {
  EXPECT_THAT(error_of("clip_id,subject,frames\nc,s,f\nd,s,f\nc,t,g\n"),
              AllOf(HasSubstr("sets/m.csv:4: clip_id \"c\" is there twice"), HasSubstr("first at sets/m.csv:2")));
}

TEST(Manifest, RefusesPathsThatLeaveItsDirectory) {
  const auto error = [](const std::string& path) { return error_of("clip_id,subject,frames\nc,s," + path + "\n"); };
  EXPECT_THAT(error("/data/clip"), HasSubstr("sets/m.csv:2, column frames: expected a path relative to the manifest"));
  EXPECT_THAT(error("C:/data"), HasSubstr("relative to the manifest"));
  EXPECT_THAT(error("../clip"), HasSubstr("without \"..\""));
  EXPECT_THAT(error("a/../../clip"), HasSubstr("without \"..\""));
  EXPECT_THAT(error("a\\b"), HasSubstr("with / between its parts"));
  EXPECT_EQ(error("a..b/c"), "no error");
}

TEST(Manifest, TakesTheUsualSpellingsOfNoApex) {
  for (const std::string none : {"", "/", "NA", "-1", " NA "})
    EXPECT_FALSE(csv("clip_id,subject,frames,apex\nc,s,f," + none + "\n").clips.at(0).apex) << none;
}

TEST(Manifest, NamesLineAndColumnOfTextWhereANumberShouldBe) {
  EXPECT_THAT(error_of_field("onset", "abc"), AllOf(HasSubstr("sets/m.csv:2, column onset"), HasSubstr("\"abc\"")));
  EXPECT_THAT(error_of_field("offset", "12.5"), HasSubstr("column offset"));
  EXPECT_THAT(error_of_field("apex", "-2"), HasSubstr("column apex"));
  EXPECT_THAT(error_of_field("onset", "99999999999"), HasSubstr("column onset"));
  EXPECT_THAT(error_of_field("frame_base", "index2"), HasSubstr("expected filename, index0 or index1"));
  for (const std::string rate : {"0", "-25", "fast", "nan", "inf", "25fps"})
    EXPECT_THAT(error_of_field("fps", rate), HasSubstr("sets/m.csv:2, column fps: expected")) << rate;
  EXPECT_EQ(csv("clip_id,subject,frames,fps\nc,s,f,29.97\n").clips.at(0).fps, 29.97);
}

TEST(Manifest, KeepsRowsThatContradictThemselves) {
  const auto manifest =
      csv("clip_id,subject,frames,onset,apex,offset\n"
          "a,s,f,10,5,20\nb,s,f,10,30,20\nc,s,f,20,,10\nd,s,f,10,10,10\ne,s,f,,5,\n");
  ASSERT_EQ(manifest.clips.size(), 5u);
  const auto problem = [&](int i) {
    const auto& found = manifest.clips[i].problem;
    return found && found->status() == Status::annotation_mismatch ? std::string(found->what()) : "none";
  };
  EXPECT_THAT(problem(0), HasSubstr("sets/m.csv:2: a: onset 10 lies after apex 5"));
  EXPECT_THAT(problem(1), HasSubstr("sets/m.csv:3: b: apex 30 lies after offset 20"));
  EXPECT_THAT(problem(2), HasSubstr("sets/m.csv:4: c: onset 20 lies after offset 10"));
  EXPECT_EQ(problem(3), "none");
  EXPECT_EQ(problem(4), "none");
}

TEST(Manifest, ReadsFilesByExtensionAndNamesThoseThatAreNotThere) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "m.csv") << "\xEF\xBB\xBF"
                                  << "clip_id,subject,frames\r\nc,01,f\r\n";
  EXPECT_EQ(Manifest::read(folder / "m.csv").clips.at(0).subject, "01");
  EXPECT_EQ(Manifest::read(folder / "m.csv").clips.at(0).frames, folder / "f");
  std::ofstream(folder / "m.JSON") << R"({"manifest_version":1,"clips":[{"clip_id":"c","subject":"s","frames":"f"}]})";
  EXPECT_EQ(Manifest::read(folder / "m.JSON").clips.size(), 1u);
  try {
    Manifest::read(folder / "none.csv");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("none.csv"));
  }
}

TEST(Manifest, ReadsTheCompositeSet) {
  MERKIT_NEEDS_DATA("composite-flow/manifest.csv");
  const auto manifest = Manifest::read(testing::data_directory() / "composite-flow/manifest.csv");
  EXPECT_EQ(manifest.clips.size(), 309u);
  for (const auto& clip : manifest.clips) EXPECT_TRUE(std::filesystem::exists(clip.features)) << clip.clip_id;
}

TEST(Manifest, ReadsTheSyntheticSet) {
  MERKIT_NEEDS_DATA("synthetic-me/recognition/manifest.csv");
  const auto manifest = Manifest::read(testing::data_directory() / "synthetic-me/recognition/manifest.csv");
  EXPECT_EQ(manifest.clips.size(), 120u);
  EXPECT_EQ(manifest.clips[0].apex, 16);
  EXPECT_EQ(manifest.clips[0].frame_base, FrameBase::index0);
}

}  // namespace
}  // namespace merkit
