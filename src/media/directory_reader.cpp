#include "media/readers.h"
#include "merkit/core/error.h"
#include "merkit/core/frame_name.h"
#include "merkit/core/stop.h"

#include <algorithm>
#include <charconv>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

namespace fs = std::filesystem;

namespace merkit::media {
namespace {

constexpr const char* kLayoutHint =
    "a clip's directory holds one jpg, jpeg, png or bmp file per frame, with the frame number in the name, such as "
    "img0001.jpg";

[[noreturn]] void fail(const std::string& message, const std::string& hint = kLayoutHint) {
  throw ClipError(Status::decode_error, message, hint);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Finds the digits of the frame number in a file name; empty where there are none.
class NumberFinder {
 public:
  explicit NumberFinder(const std::string& pattern) : pattern_(pattern) {
    if (pattern.empty()) return;
    try {
      regex_.emplace(pattern);
    } catch (const std::regex_error& error) {
      throw ConfigError("the frame name pattern \"" + pattern + "\" is not a regular expression: " + error.what(),
                        "write it like img_(\\d+)\\.jpg");
    }
    if (regex_->mark_count() != 1)
      throw ConfigError("the frame name pattern \"" + pattern + "\" has " + std::to_string(regex_->mark_count()) +
                            " groups; it needs exactly one, the frame number",
                        "write it like img_(\\d+)\\.jpg, and other groups like (?:a|b)");
  }

  std::string digits(const fs::path& name) const {
    if (!regex_) return last_digit_run(name.stem().string());
    const std::string text = name.string();
    std::smatch match;
    if (!std::regex_search(text, match, *regex_)) return "";
    const std::string digits = match[1].str();
    if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit))
      throw ConfigError("the group of the frame name pattern \"" + pattern_ + "\" gives \"" + digits + "\" for " +
                            text + ", which is not a number",
                        "let the group match digits only: (\\d+)");
    return digits;
  }

 private:
  std::string pattern_;
  std::optional<std::regex> regex_;
};

int number_from(const std::string& digits, const fs::path& file) {
  int number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{})
    fail("the frame number " + digits + " of " + file.string() + " is too large",
         "give a pattern whose group matches the number alone");
  return number;
}

}  // namespace

std::vector<NumberedFile> numbered_files(const fs::path& directory, const std::string& pattern) {
  const NumberFinder finder(pattern);
  std::vector<NumberedFile> files;
  int entries = 0, pictures = 0;
  try {
    for (const fs::directory_entry& entry : fs::directory_iterator(directory)) {
      ++entries;
      const fs::path name = entry.path().filename();
      if (!is_picture_name(name) || !entry.is_regular_file()) continue;
      ++pictures;
      const std::string digits = finder.digits(name);
      if (!digits.empty()) files.push_back({number_from(digits, entry.path()), entry.path()});
    }
  } catch (const fs::filesystem_error& error) {
    fail("cannot list directory " + directory.string() + ": " + error.code().message(), "check its permissions");
  }
  const std::string where = directory.string();
  if (entries == 0) fail("no frames in " + where + ": the directory is empty");
  if (pictures == 0)
    fail("no frames in " + where + ": none of its " + std::to_string(entries) +
         " entries is a jpg, jpeg, png or bmp file");
  if (files.empty())
    fail("no numbered frames in " + where + ": it has " + std::to_string(pictures) + " picture files, but " +
         (pattern.empty() ? "no name has a number in it" : "the pattern \"" + pattern + "\" fits no name"));
  std::sort(files.begin(), files.end(), [](const NumberedFile& a, const NumberedFile& b) {
    return a.number != b.number ? a.number < b.number : a.file < b.file;
  });
  const auto twin = std::adjacent_find(
      files.begin(), files.end(), [](const NumberedFile& a, const NumberedFile& b) { return a.number == b.number; });
  if (twin != files.end())
    fail("two files in " + where + " have the frame number " + std::to_string(twin->number) + ": " +
             twin->file.filename().string() + " and " + std::next(twin)->file.filename().string(),
         "move one of them away, or give a pattern that fits only the frames of the clip");
  return files;
}

namespace {

class DirectoryReader final : public ClipReader {
 public:
  DirectoryReader(const fs::path& directory, const ClipOptions& options)
      : files_(numbered_files(directory, options.pattern)), first_image_(read_image(files_.front().file)) {
    info_.source = directory.string();
    info_.width = first_image_.cols;
    info_.height = first_image_.rows;
    info_.fps = options.fps;
    info_.codec = "frames";
    info_.frames = static_cast<std::int64_t>(files_.size());
  }

  const ClipInfo& info() const override { return info_; }

  std::optional<Frame> next() override {
    throw_if_stopped();
    if (position_ == files_.size()) return std::nullopt;
    const auto& [number, file] = files_[position_];
    cv::Mat image = position_ == 0 ? std::move(first_image_) : read_image(file);
    require_same_size(info_, image.size(), "frame " + std::to_string(number) + " (" + file.string() + ")");
    ++position_;
    const double time_s = info_.fps > 0 ? (number - files_.front().number) / info_.fps : 0;
    return Frame{number, time_s, std::move(image), file.string()};
  }

  bool skip() override {
    throw_if_stopped();
    if (position_ == files_.size()) return false;
    if (position_ == 0) first_image_.release();
    ++position_;
    return true;
  }

  std::optional<int> next_number() override {
    if (position_ == files_.size()) return std::nullopt;
    return files_[position_].number;
  }

 private:
  std::vector<NumberedFile> files_;
  cv::Mat first_image_;  // read when opening, for its size; goes with the first next() or skip()
  std::size_t position_ = 0;
  ClipInfo info_;
};

}  // namespace

std::unique_ptr<ClipReader> open_directory(const fs::path& directory, const ClipOptions& options) {
  return std::make_unique<DirectoryReader>(directory, options);
}

}  // namespace merkit::media
