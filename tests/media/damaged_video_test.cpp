#include "media/encode_clip.h"
#include "media/expect_error.h"
#include "merkit/media/clip_reader.h"
#include "support/temporary_folder.h"

#include <fstream>
#include <iterator>
#include <random>

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace merkit {
namespace {

namespace fs = std::filesystem;
using testing::encode_clip;
using testing::expect_clip_error;
using testing::regular_times;
using testing::TemporaryFolder;

std::string contents(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write(const fs::path& file, const std::string& text) { std::ofstream(file, std::ios::binary) << text; }

/// `file` loses the last 40 % of its pictures and all that follows them.
void truncate_pictures(const fs::path& file) {
  const std::string whole = contents(file);
  const bool is_avi = file.extension() == ".avi";
  const std::size_t start = whole.find(is_avi ? "movi" : "\x1F\x43\xB6\x75");
  const std::size_t end = std::min(whole.size(), whole.find("idx1"));
  ASSERT_LT(start, end);
  fs::resize_file(file, start + (end - start) * 6 / 10);
}

int count_frames(ClipReader& reader) {
  int count = 0;
  while (reader.next()) ++count;
  return count;
}

TEST(DamagedVideo, MissingPathIsNamed) {
  expect_clip_error(Status::decode_error, "cannot open /no/such clip.mp4: there is no such file or directory",
                    [] { open_clip("/no/such clip.mp4"); });
}

TEST(DamagedVideo, EmptyFileIsNamed) {
  const TemporaryFolder folder;
  write(folder / "e.mp4", "");
  expect_clip_error(Status::decode_error, "e.mp4 as a video: the file is empty", [&] { open_clip(folder / "e.mp4"); });
}

TEST(DamagedVideo, TextIsNoVideoWhateverItsName) {
  const TemporaryFolder folder;
  for (const char* name : {"t.mp4", "t.avi", "t.mkv", "t.txt", "t.nfo"}) {
    write(folder / name, "this is not a video, only a line of text\n");
    expect_clip_error(Status::decode_error, std::string(name) + " as a video", [&] { open_clip(folder / name); });
  }
}

TEST(DamagedVideo, PlayListsAreNotFollowed) {
  const TemporaryFolder folder;
  write(folder / "p.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:9/x.ts\n");
  expect_clip_error(Status::decode_error, "play list", [&] { open_clip(folder / "p.m3u8"); });
}

TEST(DamagedVideo, AudioAloneIsNoVideo) {
  const TemporaryFolder folder;
  testing::write_silence(folder / "a.wav");
  expect_clip_error(Status::decode_error, "no video in", [&] { open_clip(folder / "a.wav"); });
}

TEST(DamagedVideo, DevicesAndPipesAreRefused) {
  const TemporaryFolder folder;
  const std::string pipe = folder / "pipe.mp4";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  for (const std::string& name : {pipe, std::string("/dev/zero")})
    expect_clip_error(Status::decode_error, "neither a file nor a directory", [&] { open_clip(name); });
}

TEST(DamagedVideo, Mp4WithoutItsIndexSaysSo) {
  const TemporaryFolder folder;
  encode_clip(folder / "m.mp4", {"mpeg4", 64, 48, regular_times(30)});
  const std::string whole = contents(folder / "m.mp4");
  write(folder / "m.mp4", whole.substr(0, whole.find("moov") - 4));
  expect_clip_error(Status::decode_error, "moov atom not found", [&] { open_clip(folder / "m.mp4"); });
}

TEST(DamagedVideo, TruncatedFilesGiveTheirFramesAndThenSayHowManyAreMissing) {
  const TemporaryFolder folder;
  struct Case {
    const char *name, *codec, *all;
  };
  for (const Case& c : {Case{"t.avi", "mjpeg", " of 30 frames could be read"}, Case{"t.avi", "mpeg4", " of 30 frames"},
                        Case{"t.mkv", "mjpeg", " of about 30 frames"}, Case{"t.mkv", "mpeg4", " of about 30 frames"}}) {
    SCOPED_TRACE(std::string(c.name) + " " + c.codec);
    encode_clip(folder / c.name, {c.codec, 64, 48, regular_times(30)});
    truncate_pictures(folder / c.name);
    const auto reader = open_clip(folder / c.name);
    int read = 0;
    const auto read_all = [&] {
      for (; reader->next(); ++read) {
      }
    };
    expect_clip_error(Status::decode_error, c.all, read_all);
    EXPECT_GT(read, 5);
    EXPECT_LT(read, 25);
    expect_clip_error(Status::decode_error, std::to_string(read) + " of ", read_all);  // and says so again
    expect_clip_error(Status::decode_error, std::to_string(read) + " of ", [&] { reader->skip(); });
  }
}

TEST(DamagedVideo, AFileCutBetweenTwoFramesIsStillKnownToBeCut) {
  const TemporaryFolder folder;
  encode_clip(folder / "c.avi", {"mjpeg", 64, 48, regular_times(30)});
  const std::string whole = contents(folder / "c.avi");
  std::size_t chunk = whole.find("movi");
  for (int i = 0; i <= 18; ++i) chunk = whole.find("00dc", chunk + 4);
  fs::resize_file(folder / "c.avi", chunk);
  expect_clip_error(Status::decode_error, "c.avi ends early: 18 of 30 frames could be read",
                    [&] { count_frames(*open_clip(folder / "c.avi")); });
}

TEST(DamagedVideo, FramesBeforeTheDamageCanStillBeChosen) {
  const TemporaryFolder folder;
  encode_clip(folder / "t.avi", {"mjpeg", 64, 48, regular_times(30)});
  truncate_pictures(folder / "t.avi");
  EXPECT_EQ(read_frames(folder / "t.avi", {2, 5}).size(), 2u);
  expect_clip_error(Status::decode_error, "of 30 frames could be read", [&] {
    read_frames(folder / "t.avi", {2, 29});
  });
}

TEST(DamagedVideo, OverwrittenFrameIsAnErrorThatNamesIt) {
  const TemporaryFolder folder;
  encode_clip(folder / "d.mp4", {"mpeg4", 64, 48, regular_times(30)});
  std::string bytes = contents(folder / "d.mp4");
  const std::size_t start = bytes.find("mdat") + 4, end = bytes.find("moov");
  for (std::size_t i = (start + end) / 2; i < (start + end) / 2 + 200; ++i) bytes[i] = static_cast<char>(0x5A);
  write(folder / "d.mp4", bytes);
  expect_clip_error(Status::decode_error, "cannot decode frame ", [&] { count_frames(*open_clip(folder / "d.mp4")); });
}

TEST(DamagedVideo, RandomDamageEndsInFramesOrInAClipError) {
  const TemporaryFolder folder;
  std::mt19937 random(7);
  int errors = 0;
  for (const std::string name : {"f.mp4", "f.mkv", "f.avi"}) {
    encode_clip(folder / name, {"mpeg4", 64, 48, regular_times(12), 2});
    const std::string whole = contents(folder / name);
    for (int trial = 0; trial < 40; ++trial) {
      std::string bytes = whole;
      for (int i = 0; i < 1 + trial; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
      if (trial % 4 == 0) bytes.resize(random() % bytes.size());
      write(folder / name, bytes);
      try {
        EXPECT_LE(count_frames(*open_clip(folder / name)), 100);
      } catch (const ClipError& error) {
        EXPECT_NE(std::string(error.what()).find(name), std::string::npos) << error.what();
        ++errors;
      }
    }
  }
  EXPECT_GT(errors, 20);
}

}  // namespace
}  // namespace merkit
