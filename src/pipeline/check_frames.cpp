#include "merkit/pipeline/check_frames.h"

#include "merkit/media/clip_reader.h"
#include "pipeline/clip_interval.h"

#include <algorithm>
#include <map>
#include <set>

namespace fs = std::filesystem;

namespace merkit {
namespace {

constexpr int kGapsShown = 5;

class ClipCheck {
 public:
  ClipCheck(const ManifestClip& clip, bool all_frames) : clip_(clip), all_frames_(all_frames) {
    options_.pattern = clip.pattern;
  }

  FrameCheck run() {
    if (exists(clip_.features)) check_features();
    if (exists(clip_.frames)) check_clip();
    return std::move(result_);
  }

 private:
  void add(Severity severity, const char* what, const std::string& detail) {
    result_.findings.push_back({clip_.clip_id, severity, what, detail});
  }

  bool exists(const fs::path& path) {
    if (path.empty()) return false;
    std::error_code unknown;
    if (fs::exists(path, unknown)) return true;
    add(Severity::error, "frames_missing", path.string() + " does not exist");
    return false;
  }

  void check_features() {
    guarded([&] { remember(read_image(clip_.features)); });
  }

  void check_clip() {
    bool whole = guarded([&] { list_frames(); });
    if (numbers_.empty()) return;
    std::set<int> wanted;
    if (!clip_.problem && whole) {
      if (const auto interval = interval_of_clip()) {
        wanted = {interval->onset, *interval->apex, interval->offset};
        first_ = interval->onset;
        check_span(*interval);
      }
    }
    if (all_frames_) wanted.insert(numbers_.begin(), numbers_.end());
    if (whole && !wanted.empty()) guarded([&] { decode(wanted); });
  }

  void list_frames() {
    const auto reader = open_clip(clip_.frames, options_);
    is_video_ = reader->info().is_video;
    while (const auto number = reader->next_number()) {
      numbers_.push_back(*number);
      if (!reader->skip()) break;
    }
  }

  std::optional<Interval> interval_of_clip() {
    try {
      return resolved_interval(clip_, numbers_, ApexPolicy::middle);
    } catch (const ClipError& error) {
      add(Severity::error, "interval_outside", error.what());
      return std::nullopt;
    }
  }

  void check_span(const Interval& interval) {
    if (interval.onset == interval.offset)
      add(Severity::warning, "one_frame", "onset and offset are both frame " + std::to_string(interval.onset));
    const auto begin = std::lower_bound(numbers_.begin(), numbers_.end(), interval.onset);
    const auto end = std::upper_bound(begin, numbers_.end(), interval.offset);
    const int missing = interval.length() - static_cast<int>(end - begin);
    if (missing == 0) return;
    std::string gaps;
    int shown = 0;
    for (auto at = begin; at + 1 < end; ++at) {
      if (*(at + 1) == *at + 1) continue;
      const int from = *at + 1, to = *(at + 1) - 1;
      if (shown++ == kGapsShown) {
        gaps += ", ...";
        break;
      }
      gaps += (gaps.empty() ? "" : ", ") + std::to_string(from) + (from == to ? "" : ".." + std::to_string(to));
    }
    add(Severity::warning, "frame_gap",
        std::to_string(missing) + " of " + std::to_string(interval.length()) + " frames are missing: " + gaps);
  }

  /// Decodes the frames numbered so; a damaged picture of a directory does not keep the next ones from being looked at.
  void decode(const std::set<int>& wanted) {
    const auto reader = open_clip(clip_.frames, options_);
    std::size_t left = wanted.size();
    while (left > 0) {
      const auto number = reader->next_number();
      if (!number) break;
      const bool decodes = wanted.count(*number) > 0;
      left -= decodes;
      const bool sound = guarded([&] {
        if (!decodes)
          reader->skip();
        else if (const auto frame = reader->next(); frame && frame->number == first_)
          remember(frame->image);
      });
      if (!sound && (is_video_ || !reader->skip())) break;
    }
  }

  void remember(const cv::Mat& picture) {
    ContentHasher hasher;
    hasher.add(picture);
    result_.first_picture = hasher.digest();
  }

  /// False, with a finding, when `work` cannot read something.
  template <class Work>
  bool guarded(Work&& work) {
    try {
      work();
      return true;
    } catch (const ClipError& error) {
      add(Severity::error, "unreadable", error.what());
      return false;
    }
  }

  const ManifestClip& clip_;
  bool all_frames_, is_video_ = false;
  ClipOptions options_;
  std::vector<int> numbers_;
  std::optional<int> first_;
  FrameCheck result_;
};

}  // namespace

FrameCheck check_frames(const ManifestClip& clip, bool all_frames) { return ClipCheck(clip, all_frames).run(); }

std::vector<Finding> check_first_pictures(const std::vector<ManifestClip>& clips,
                                          const std::vector<std::optional<ContentHash>>& pictures) {
  std::map<std::string, const ManifestClip*> first_with;
  std::vector<Finding> findings;
  for (std::size_t i = 0; i < clips.size(); ++i) {
    if (!pictures[i]) continue;
    const ManifestClip& clip = clips[i];
    const auto [first, is_new] = first_with.emplace(pictures[i]->hex(), &clip);
    const ManifestClip& earlier = *first->second;
    if (is_new || (earlier.frames == clip.frames && earlier.features == clip.features)) continue;
    findings.push_back(
        {clip.clip_id, Severity::warning, "same_picture",
         "its first picture is that of " + earlier.clip_id + ": " + clip.source + " and " + earlier.source});
  }
  return findings;
}

}  // namespace merkit
