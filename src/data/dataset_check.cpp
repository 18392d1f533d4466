#include "merkit/data/dataset_check.h"

#include "data/dataset/counts.h"
#include "data/dataset/text.h"
#include "merkit/data/dataset.h"
#include "merkit/data/protocol.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace merkit {
namespace {

// Slower than any camera that micro-expressions were recorded with, and faster.
constexpr double kSlowest_fps = 10, kFastest_fps = 1000;

/// The configurations of those data sets of a manifest that merkit knows.
std::map<std::string, dataset::DatasetLayout> layouts_of(const Manifest& manifest) {
  std::set<std::string> present;
  for (const auto& clip : manifest.clips) present.insert(clip.dataset);
  std::map<std::string, dataset::DatasetLayout> layouts;
  for (const auto& known : dataset_names())
    if (present.count(known.name)) layouts.emplace(known.name, dataset::find_layout(known.name));
  return layouts;
}

/// Emotions that a protocol gives a class, or that the published counts of a data set name.
std::set<std::string> known_emotions() {
  std::set<std::string> known;
  for (const auto& name : protocol_names()) {
    const Protocol protocol = Protocol::find(name);
    if (protocol.label != "emotion") continue;
    for (const auto& [dataset, emotions] : protocol.map)
      for (const auto& [emotion, label] : emotions) known.insert(dataset::folded(emotion));
  }
  const std::string prefix = "emotions/";
  for (const auto& set : dataset_names())
    for (const auto& alternative : dataset::find_layout(set.name).expect)
      for (const auto& [what, count] : alternative.counts)
        if (what.compare(0, prefix.size(), prefix) == 0) known.insert(what.substr(prefix.size()));
  return known;
}

class RowChecks {
 public:
  explicit RowChecks(const Manifest& manifest)
      : manifest_(manifest), layouts_(layouts_of(manifest)), emotions_(known_emotions()) {}

  std::vector<Finding> run() {
    for (const auto& clip : manifest_.clips) {
      if (clip.problem) add(clip, Severity::error, "interval_order", clip.problem->what());
      check_twin(clip);
      check_emotion(clip);
      check_fps(clip);
    }
    return std::move(findings_);
  }

 private:
  void add(const ManifestClip& clip, Severity severity, const char* what, const std::string& detail) {
    findings_.push_back({clip.clip_id, severity, what, detail});
  }

  void check_twin(const ManifestClip& clip) {
    const auto& pictures = clip.frames.empty() ? clip.features : clip.frames;
    const auto key =
        std::make_tuple(pictures.lexically_normal().string(), clip.onset.value_or(-1), clip.offset.value_or(-1));
    const auto [first, is_new] = first_with_.emplace(key, clip.clip_id);
    if (!is_new)
      add(clip, Severity::error, "duplicate_clip",
          "same pictures and interval as " + first->second + ": " + clip.source);
  }

  void check_emotion(const ManifestClip& clip) {
    const std::string emotion = dataset::folded(clip.emotion);
    if (emotion.empty())
      add(clip, Severity::warning, "no_emotion", "no emotion is given; protocols that need one leave the clip out");
    else if (!emotions_.count(emotion))
      add(clip, Severity::warning, "unknown_emotion",
          "\"" + clip.emotion + "\" is known to no protocol; a protocol of your own may map it to a class");
  }

  void check_fps(const ManifestClip& clip) {
    if (clip.fps <= 0) return;
    const auto layout = layouts_.find(clip.dataset);
    const double published = layout == layouts_.end() ? 0 : layout->second.fps;
    if (clip.fps < kSlowest_fps || clip.fps > kFastest_fps)
      add(clip, Severity::warning, "odd_fps",
          dataset::plain_number(clip.fps) + " frames/s, expected " + dataset::plain_number(kSlowest_fps) + " to " +
              dataset::plain_number(kFastest_fps));
    else if (published > 0 && clip.fps != published)
      add(clip, Severity::warning, "odd_fps",
          dataset::plain_number(clip.fps) + " frames/s, but " + clip.dataset + " was recorded at " +
              dataset::plain_number(published));
  }

  const Manifest& manifest_;
  std::map<std::string, dataset::DatasetLayout> layouts_;
  std::set<std::string> emotions_;
  std::map<std::tuple<std::string, int, int>, std::string> first_with_;
  std::vector<Finding> findings_;
};

}  // namespace

std::string_view to_string(Severity severity) { return severity == Severity::error ? "error" : "warning"; }

const std::map<std::string, std::string>& finding_kinds() {
  static const std::map<std::string, std::string> kinds = {
      {"count", "clips, subjects or labels of a data set differ from the published count"},
      {"duplicate_clip", "two rows have the same pictures and interval"},
      {"frame_gap", "frames between onset and offset are missing"},
      {"frames_missing", "the video, folder or motion image does not exist"},
      {"interval_order", "onset, apex and offset are not in this order"},
      {"interval_outside", "onset, apex or offset is not a frame of the clip"},
      {"no_emotion", "no emotion is given"},
      {"odd_fps", "a frame rate that no camera has, or not that of the data set"},
      {"one_frame", "onset and offset are the same frame"},
      {"same_picture", "the onset frame is, pixel by pixel, that of a clip elsewhere"},
      {"unknown_emotion", "an emotion that no protocol and no data set knows"},
      {"unreadable", "a picture or video is damaged or of an unknown kind"}};
  return kinds;
}

std::vector<Finding> check_rows(const Manifest& manifest) { return RowChecks(manifest).run(); }

std::vector<DatasetSummary> summarize_datasets(const Manifest& manifest) {
  std::map<std::string, std::vector<dataset::Fields>> rows;
  std::map<std::string, DatasetSummary> summaries;
  for (const auto& clip : manifest.clips) {
    dataset::Fields fields = clip.other;
    fields["dataset"] = clip.dataset;
    fields["subject"] = clip.subject;
    fields["emotion"] = clip.emotion;
    rows[clip.dataset].push_back(fields);
    DatasetSummary& summary = summaries[clip.dataset];
    summary.dataset = clip.dataset;
    ++summary.clips;
    ++summary.clips_of_subject[clip.subject];
    if (const std::string emotion = dataset::folded(clip.emotion); !emotion.empty()) ++summary.emotions[emotion];
  }
  const auto layouts = layouts_of(manifest);
  std::vector<DatasetSummary> result;
  for (auto& [name, summary] : summaries) {
    summary.subjects = static_cast<int>(summary.clips_of_subject.size());
    if (const auto layout = layouts.find(name); layout != layouts.end()) {
      summary.title = layout->second.title;
      std::vector<dataset::Expectation> published = layout->second.expect;
      if (published.empty() && !layout->second.expect_soft.counts.empty())
        published.push_back(layout->second.expect_soft);
      summary.has_published_counts = !published.empty();
      summary.differences = dataset::mismatches(published, dataset::count_rows(rows[name]));
    }
    result.push_back(std::move(summary));
  }
  return result;
}

}  // namespace merkit
