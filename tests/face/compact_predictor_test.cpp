#include "face/compact_predictor.h"

#include "merkit/core/error.h"
#include "merkit/core/files.h"
#include "merkit/face/face_model.h"
#include "support/temporary_folder.h"

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <sstream>
#include <thread>

#include <dlib/image_processing/shape_predictor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace merkit {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::TemporaryFolder;

/// A predictor in dlib's own serialisation, with random trees: small, and known in all parts.
std::string small_predictor(unsigned seed, unsigned long points = 68) {
  const auto random = [&seed] {
    seed = seed * 1664525U + 1013904223U;
    return static_cast<float>(seed >> 8) / 16777216.F;
  };
  constexpr unsigned long kCascades = 3, kTrees = 5, kSplits = 7, kPixels = 40;
  dlib::matrix<float, 0, 1> mean_shape(static_cast<long>(2 * points));
  for (float& value : mean_shape) value = random();
  std::vector<std::vector<dlib::impl::regression_tree>> forests(kCascades);
  std::vector<std::vector<dlib::vector<float, 2>>> pixels(kCascades);
  for (auto& forest : forests)
    for (unsigned long t = 0; t < kTrees; ++t) {
      dlib::impl::regression_tree tree;
      for (unsigned long i = 0; i < kSplits; ++i)
        tree.splits.push_back({static_cast<unsigned long>(random() * kPixels),
                               static_cast<unsigned long>(random() * kPixels), 80 * random() - 40});
      tree.leaf_values.resize(kSplits + 1);
      for (auto& leaf : tree.leaf_values) {
        leaf.set_size(static_cast<long>(2 * points));
        for (float& value : leaf) value = 0.1F * random() - 0.05F;
      }
      forest.push_back(tree);
    }
  for (auto& cascade : pixels)
    for (unsigned long i = 0; i < kPixels; ++i) cascade.emplace_back(random(), random());
  std::ostringstream out;
  dlib::serialize(dlib::shape_predictor(mean_shape, forests, pixels), out);
  return out.str();
}

cv::Mat1b noise() {
  cv::Mat1b picture(120, 130);
  unsigned seed = 5;
  for (uchar& pixel : picture) pixel = static_cast<uchar>((seed = seed * 1664525U + 1013904223U) >> 24);
  return picture;
}

Landmarks prediction(const CompactPredictor& predictor) { return predictor.predict(noise(), {10, 12, 100, 100}); }

Landmarks prediction_of_dlib(const std::string& bytes) {
  dlib::shape_predictor predictor;
  std::istringstream in(bytes);
  dlib::deserialize(predictor, in);
  cv::Mat1b picture = noise();
  dlib::array2d<unsigned char> grey(picture.rows, picture.cols);
  for (int y = 0; y < picture.rows; ++y)
    for (int x = 0; x < picture.cols; ++x) grey[y][x] = picture(y, x);
  const auto shape = predictor(grey, {10, 12, 109, 111});
  Landmarks points;
  for (unsigned long i = 0; i < points.size(); ++i)
    points[i] = {static_cast<float>(shape.part(i).x()), static_cast<float>(shape.part(i).y())};
  return points;
}

void expect_rounded(const Landmarks& ours, const Landmarks& rounded) {
  for (std::size_t i = 0; i < ours.size(); ++i) {
    EXPECT_EQ(std::floor(ours[i].x + 0.5F), rounded[i].x) << i;
    EXPECT_EQ(std::floor(ours[i].y + 0.5F), rounded[i].y) << i;
  }
}

/// A cache and a source of its own for each test.
class CompactCache : public ::testing::Test {
 protected:
  CompactCache() {
    if (const char* before = std::getenv("XDG_CACHE_HOME")) before_ = before;
    setenv("XDG_CACHE_HOME", (folder / "cache").c_str(), 1);
    write_file_atomically(source, bytes);
    cached = CompactPredictor::cache_file(source);
  }
  ~CompactCache() override {
    if (before_)
      setenv("XDG_CACHE_HOME", before_->c_str(), 1);
    else
      unsetenv("XDG_CACHE_HOME");
  }

  Landmarks opened() const { return prediction(CompactPredictor::open(source)); }

  /// Identity of the cached file: it changes when the file is replaced.
  ino_t identity() const {
    struct stat status {};
    return ::stat(cached.c_str(), &status) == 0 ? status.st_ino : 0;
  }

  const TemporaryFolder folder;
  const fs::path source = folder / "model.dat";
  const std::string bytes = small_predictor(1);
  fs::path cached;

 private:
  std::optional<std::string> before_;
};

TEST_F(CompactCache, IsMadeAtFirstUseAndServesFromThenOn) {
  EXPECT_EQ(cached.parent_path(), folder / "cache/merkit");
  const Landmarks made = opened();
  expect_rounded(made, prediction_of_dlib(bytes));
  const ino_t file = identity();
  ASSERT_NE(file, 0u);
  // Were the source read again, it would show: it is no predictor any more, but its size and time are the same.
  const auto time = fs::last_write_time(source);
  write_file_atomically(source, std::string(bytes.size(), 'x'));
  fs::last_write_time(source, time);
  EXPECT_EQ(opened(), made);
  EXPECT_EQ(identity(), file);
}

TEST_F(CompactCache, IsMadeAnewWhenTheSourceHasChanged) {
  const Landmarks before = opened();
  const std::string other = small_predictor(2);
  write_file_atomically(source, other);
  const Landmarks after = opened();
  EXPECT_NE(after, before);
  expect_rounded(after, prediction_of_dlib(other));

  fs::last_write_time(source, fs::last_write_time(source) + std::chrono::seconds(1));
  const ino_t file = identity();
  EXPECT_EQ(opened(), after);
  EXPECT_NE(identity(), file) << "another time may mean other contents";
}

TEST_F(CompactCache, DamageIsNoticedWhereverItIsAndMended) {
  const Landmarks expected = opened();
  const std::string whole = read_file(cached);
  ASSERT_GT(whole.size(), 4000u);
  for (const std::size_t where : {std::size_t{0}, std::size_t{9}, std::size_t{17}, std::size_t{25}, std::size_t{50},
                                  std::size_t{70}, whole.size() / 2, whole.size() - 1}) {
    std::string flipped = whole;
    flipped[where] = static_cast<char>(flipped[where] ^ 0x10);
    write_file_atomically(cached, flipped);
    EXPECT_EQ(opened(), expected) << where;
    EXPECT_EQ(read_file(cached), whole) << where;
  }
  for (const std::size_t length : {std::size_t{0}, std::size_t{10}, std::size_t{64}, whole.size() - 1}) {
    write_file_atomically(cached, whole.substr(0, length));
    EXPECT_EQ(opened(), expected) << length;
    EXPECT_EQ(read_file(cached), whole) << length;
  }
  write_file_atomically(cached, whole + "more");
  EXPECT_EQ(opened(), expected);
  EXPECT_EQ(read_file(cached), whole);
}

TEST_F(CompactCache, IndicesThatPointElsewhereAreRefusedThoughTheChecksumIsRight) {
  opened();
  const std::string whole = read_file(cached);
  std::vector<std::byte> file(whole.size());
  std::memcpy(file.data(), whole.data(), whole.size());
  const CompactTables tables = tables_of(file.data());
  const auto* anchor = tables.cascades[0].anchor;
  const_cast<std::uint16_t*>(anchor)[0] = 68;
  seal_compact_file(file);
  CompactHeader header;
  std::memcpy(&header, file.data(), sizeof header);
  const SourceStamp stamp{std::string(whole.data() + sizeof header, header.path_bytes), header.source_bytes,
                          header.source_modified_ns};
  EXPECT_EQ(flaw_of_compact_file(reinterpret_cast<const std::byte*>(whole.data()), whole.size(), stamp), "");
  EXPECT_THAT(flaw_of_compact_file(file.data(), file.size(), stamp), HasSubstr("index"));
}

TEST_F(CompactCache, WorksWithoutAPlaceToKeepIt) {
  write_file_atomically(folder / "file", "in the way");
  setenv("XDG_CACHE_HOME", (folder / "file").c_str(), 1);
  expect_rounded(opened(), prediction_of_dlib(bytes));
  fs::create_directories(folder / "locked/merkit");
  fs::permissions(folder / "locked/merkit", fs::perms::owner_read | fs::perms::owner_exec);
  setenv("XDG_CACHE_HOME", (folder / "locked").c_str(), 1);
  expect_rounded(opened(), prediction_of_dlib(bytes));
  fs::permissions(folder / "locked/merkit", fs::perms::owner_all);
  setenv("XDG_CACHE_HOME", (folder / "directory").c_str(), 1);
  fs::create_directories(CompactPredictor::cache_file(source));  // where the file should be
  expect_rounded(opened(), prediction_of_dlib(bytes));
}

TEST_F(CompactCache, ThreadsAndProcessesThatMakeItAtOnceAllSucceed) {
  const Landmarks expected = prediction_of_dlib(bytes);
  std::vector<pid_t> processes;
  for (int i = 0; i < 4; ++i) {
    const pid_t process = fork();
    ASSERT_GE(process, 0);
    if (process == 0) {
      bool good = true;
      for (int round = 0; round < 20; ++round) {
        const Landmarks points = opened();
        for (std::size_t k = 0; k < points.size(); ++k) good = good && std::floor(points[k].x + 0.5F) == expected[k].x;
        if (round % 3 == 0) fs::remove(cached);
      }
      _exit(good ? 0 : 1);
    }
    processes.push_back(process);
  }
  for (const pid_t process : processes) {
    int status = -1;
    EXPECT_EQ(waitpid(process, &status, 0), process);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  }
  std::vector<std::thread> threads;
  std::vector<Landmarks> found(4);
  for (Landmarks& points : found) threads.emplace_back([this, &points] { points = opened(); });
  for (auto& thread : threads) thread.join();
  for (const Landmarks& points : found) expect_rounded(points, expected);
  int files = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(cached.parent_path())) ++files;
  EXPECT_EQ(files, 1) << "no temporary file stays behind";
}

TEST_F(CompactCache, EveryTruncationAndForeignNumbersOfPointsAreModelErrors) {
  for (std::size_t length = 0; length < bytes.size(); length += 1 + bytes.size() / 97) {
    write_file_atomically(source, bytes.substr(0, length));
    EXPECT_THROW(CompactPredictor::open(source), ModelError) << length;
  }
  write_file_atomically(source, small_predictor(1, 5));
  try {
    CompactPredictor::open(source);
    FAIL();
  } catch (const ModelError& error) {
    EXPECT_THAT(error.what(), HasSubstr("5 points, expected 68"));
    EXPECT_THAT(error.hint(), HasSubstr("MERKIT_LANDMARKS"));
  }
  EXPECT_FALSE(fs::exists(cached));
}

TEST_F(CompactCache, DamageOfTheSourceIsAnErrorOrAnotherPredictorButNeverACrash) {
  for (std::size_t where = 0; where < bytes.size(); where += 1 + bytes.size() / 199) {
    std::string flipped = bytes;
    flipped[where] = static_cast<char>(flipped[where] ^ 0x85);
    write_file_atomically(source, flipped);
    try {
      const Landmarks points = opened();
      EXPECT_TRUE(std::isfinite(points[0].x));
    } catch (const ModelError& error) {
      EXPECT_THAT(error.what(), HasSubstr(source.string()));
    }
  }
}

TEST_F(CompactCache, BoxesBeyondThePictureReadBlackAsInDlib) {
  const CompactPredictor predictor = CompactPredictor::open(source);
  dlib::shape_predictor theirs;
  std::istringstream in(bytes);
  dlib::deserialize(theirs, in);
  dlib::array2d<unsigned char> grey(120, 130);
  const cv::Mat1b picture = noise();
  for (int y = 0; y < 120; ++y)
    for (int x = 0; x < 130; ++x) grey[y][x] = picture(y, x);
  for (const cv::Rect& box : {cv::Rect(-60, -50, 150, 150), cv::Rect(90, 80, 90, 90), cv::Rect(500, 500, 80, 80)}) {
    const auto shape = theirs(grey, {box.x, box.y, box.x + box.width - 1, box.y + box.height - 1});
    const Landmarks points = predictor.predict(picture, box);
    for (unsigned long i = 0; i < points.size(); ++i) {
      EXPECT_EQ(std::floor(points[i].x + 0.5F), shape.part(i).x());
      EXPECT_EQ(std::floor(points[i].y + 0.5F), shape.part(i).y());
    }
  }
}

}  // namespace
}  // namespace merkit
