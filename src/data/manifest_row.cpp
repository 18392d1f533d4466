#include "data/manifest_row.h"

#include "core/text.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <set>
#include <system_error>

namespace merkit {

namespace {

const char* const kClipIdCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._()-";
constexpr std::size_t kLongestClipId = 200;  // it names files, and file systems end at 255

class RowReader {
 public:
  explicit RowReader(const ManifestRow& row) : row_(row) {}

  /// The value of a known column without surrounding space; empty when there is none.
  std::string text(const std::string& column) {
    known_.insert(column);
    const auto found = row_.fields.find(column);
    return found == row_.fields.end() ? std::string() : trimmed(found->second);
  }

  std::string required_text(const std::string& column) {
    std::string value = text(column);
    if (value.empty()) throw InputError(row_.place + ": " + column + " is empty, expected a value");
    return value;
  }

  std::optional<int> frame_number(const std::string& column) {
    const std::string value = text(column);
    if (value.empty()) return std::nullopt;
    int number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size() || number < 0) {
      throw InputError(row_.field_place(column) + ": expected a frame number (0, 1, 2, ...), got \"" + value + "\"",
                       column == "apex" ? "leave it empty, or write NA, / or -1, where there is none"
                                        : "leave it empty where there is none");
    }
    return number;
  }

  std::optional<int> apex() {
    const std::string value = text("apex");
    if (value == "/" || value == "NA" || value == "-1") return std::nullopt;
    return frame_number("apex");
  }

  double fps() {
    const std::string value = text("fps");
    if (value.empty()) return 0;
    double rate = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), rate);
    if (error != std::errc() || end != value.data() + value.size() || !std::isfinite(rate) || rate <= 0)
      throw InputError(row_.field_place("fps") + ": expected frames per second above 0, got \"" + value + "\"",
                       "leave it empty where the rate is unknown");
    return rate;
  }

  std::string path(const std::string& column) {
    std::string value = text(column);
    if (!value.empty()) check_relative_path(value, row_.field_place(column));
    return value;
  }

  std::map<std::string, std::string> other() const {
    std::map<std::string, std::string> result;
    for (const auto& [column, value] : row_.fields)
      if (!known_.count(column)) result[column] = value;
    return result;
  }

 private:
  const ManifestRow& row_;
  std::set<std::string> known_;
};

bool is_video(const std::filesystem::path& path) {
  static const std::set<std::string> extensions = {".mp4", ".avi", ".mov", ".mkv", ".webm", ".mpg", ".mpeg", ".m4v",
                                                   ".wmv", ".flv", ".ogv", ".ts",  ".mts",  ".3gp", ".mjpeg"};
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return false;
  if (std::filesystem::is_regular_file(path, ignored)) return true;
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extensions.count(extension) > 0;
}

FrameBase frame_base(const std::string& name, const std::filesystem::path& frames, const std::string& place) {
  if (name.empty()) return !frames.empty() && is_video(frames) ? FrameBase::index0 : FrameBase::filename;
  if (name == "filename") return FrameBase::filename;
  if (name == "index0") return FrameBase::index0;
  if (name == "index1") return FrameBase::index1;
  throw InputError(place + ": unknown frame base \"" + name + "\", expected filename, index0 or index1");
}

std::optional<ClipError> contradiction(const ManifestClip& clip, const std::string& place) {
  const auto after = [&](const char* first, std::optional<int> a, const char* second,
                         std::optional<int> b) -> std::optional<ClipError> {
    if (!a || !b || *a <= *b) return std::nullopt;
    return ClipError(Status::annotation_mismatch,
                     place + ": " + clip.clip_id + ": " + first + " " + std::to_string(*a) + " lies after " + second +
                         " " + std::to_string(*b),
                     "expected onset <= apex <= offset; correct the row");
  };
  if (auto problem = after("onset", clip.onset, "offset", clip.offset)) return problem;
  if (auto problem = after("onset", clip.onset, "apex", clip.apex)) return problem;
  return after("apex", clip.apex, "offset", clip.offset);
}

}  // namespace

void check_relative_path(const std::string& path, const std::string& place) {
  const std::string got = ", got \"" + path + "\"";
  if (path.find('\0') != std::string::npos) throw InputError(place + ": a path with a zero byte in it");
  if (path.find('\\') != std::string::npos)
    throw InputError(place + ": expected a path with / between its parts" + got, "replace \\ by /");
  const bool drive = path.size() > 1 && path[1] == ':' && std::isalpha(static_cast<unsigned char>(path[0]));
  if (path.front() == '/' || drive)
    throw InputError(place + ": expected a path relative to the manifest, not an absolute one" + got,
                     "put the manifest, or a link, beside the data");
  for (const auto& part : std::filesystem::path(path))
    if (part == "..")
      throw InputError(place + ": expected a path without \"..\"" + got, "put the manifest above the data");
}

ManifestClip manifest_clip(const ManifestRow& row, const std::filesystem::path& root) {
  RowReader read(row);
  ManifestClip clip;
  clip.clip_id = read.required_text("clip_id");
  if (clip.clip_id.find_first_not_of(kClipIdCharacters) != std::string::npos || clip.clip_id == "." ||
      clip.clip_id == ".." || clip.clip_id.size() > kLongestClipId)
    throw InputError(row.field_place("clip_id") + ": expected letters, digits and ._()- only, at most " +
                     std::to_string(kLongestClipId) + ", got \"" + clip.clip_id.substr(0, kLongestClipId) + "\"");
  clip.subject = read.required_text("subject");
  if (const std::string dataset = read.text("dataset"); !dataset.empty()) clip.dataset = dataset;
  const std::string frames = read.path("frames"), features = read.path("features");
  if (frames.empty() && features.empty())
    throw InputError(row.place + ": " + clip.clip_id + " has neither frames nor features, expected one of them");
  if (!frames.empty()) clip.frames = root / frames;
  if (!features.empty()) clip.features = root / features;
  clip.source = frames.empty() ? features : frames;
  clip.pattern = read.text("pattern");
  clip.frame_base = frame_base(read.text("frame_base"), clip.frames, row.field_place("frame_base"));
  clip.onset = read.frame_number("onset");
  clip.apex = read.apex();
  clip.offset = read.frame_number("offset");
  clip.fps = read.fps();
  clip.emotion = read.text("emotion");
  clip.other = read.other();
  clip.problem = contradiction(clip, row.place);
  return clip;
}

}  // namespace merkit
