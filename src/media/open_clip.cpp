#include "media/readers.h"
#include "merkit/core/error.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace fs = std::filesystem;

namespace merkit {
namespace {

std::string listed(const std::vector<int>& numbers) {
  constexpr std::size_t kShown = 10;
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, numbers.size()); ++i)
    text += (i ? ", " : "") + std::to_string(numbers[i]);
  if (numbers.size() > kShown) text += " and " + std::to_string(numbers.size() - kShown) + " more";
  return text;
}

}  // namespace

std::unique_ptr<ClipReader> open_clip(const fs::path& clip, const ClipOptions& options) {
  if (options.fps < 0 || !std::isfinite(options.fps))
    throw ConfigError("the frame rate of " + clip.string() + " must be positive, or 0 if unknown");
  if (options.threads < 0) throw ConfigError("the number of decoding threads must be 0 (automatic) or more");
  std::error_code error;
  const fs::file_status status = fs::status(clip, error);
  if (!fs::exists(status))
    throw ClipError(
        Status::decode_error,
        "cannot open " + clip.string() + ": " +
            (status.type() == fs::file_type::not_found ? "there is no such file or directory" : error.message()),
        "check the path; relative ones start at the current directory");
  if (fs::is_directory(status)) return media::open_directory(clip, options);
  if (!fs::is_regular_file(status))
    throw ClipError(Status::decode_error, "cannot open " + clip.string() + ": it is neither a file nor a directory",
                    "give a video file or a directory of frames");
  if (fs::file_size(clip, error) == 0 && !error)
    throw ClipError(Status::decode_error, "cannot open " + clip.string() + " as a video: the file is empty",
                    "copy or record it again");
  return media::open_video(clip, options);
}

std::vector<Frame> read_frames(const fs::path& clip, std::vector<int> numbers, const ClipOptions& options) {
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  std::vector<Frame> frames;
  if (numbers.empty()) return frames;

  const auto reader = open_clip(clip, options);
  const int first = *reader->next_number();
  int last = first, count = 0;
  std::vector<int> missing;
  auto wanted = numbers.begin();
  // Once a number is missing, reading goes on to the end: the message names the range that the clip has.
  while (wanted != numbers.end() || !missing.empty()) {
    const auto number = reader->next_number();
    while (wanted != numbers.end() && (!number || *wanted < *number)) missing.push_back(*wanted++);
    if (!number) break;
    last = *number;
    ++count;
    if (wanted != numbers.end() && *wanted == *number && missing.empty()) {
      frames.push_back(*reader->next());
      ++wanted;
    } else {
      if (wanted != numbers.end() && *wanted == *number) ++wanted;
      reader->skip();
    }
  }
  if (missing.empty()) return frames;
  throw ClipError(Status::annotation_mismatch,
                  clip.string() + " has no frame " + listed(missing) + "; it has " + std::to_string(count) +
                      " frames, numbered from " + std::to_string(first) + " to " + std::to_string(last),
                  "frame numbers are those in the file names, or count from 0 in a video; check that the annotation "
                  "counts alike and belongs to this clip");
}

}  // namespace merkit
