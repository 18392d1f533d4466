#include "merkit/core/error.h"
#include "merkit/evaluation/interval_tables.h"

#include <algorithm>
#include <map>
#include <set>

namespace merkit {
namespace {

/// "subject/video" where videos of several subjects bear one name.
class VideoNames {
 public:
  void mention(const std::string& video, const std::string& subject) {
    if (!subject.empty()) subjects_[video].insert(subject);
  }

  /// Throws InputError when it is not known whose video of that name is meant.
  std::string of(const std::string& video, const std::string& subject, const std::string& origin) const {
    const auto found = subjects_.find(video);
    if (found == subjects_.end() || found->second.size() < 2) return video;
    if (subject.empty())
      throw InputError(origin + " does not say whose video " + video + " is: subjects " + *found->second.begin() +
                           " and " + *std::next(found->second.begin()) + " have one of that name",
                       "add a column subject");
    return subject + "/" + video;
  }

 private:
  std::map<std::string, std::set<std::string>> subjects_;
};

void add(std::vector<VideoInterval>& to, const std::vector<VideoInterval>& from, const VideoNames& names,
         const std::string& origin) {
  for (VideoInterval interval : from) {
    interval.video = names.of(interval.video, interval.subject, origin);
    to.push_back(std::move(interval));
  }
}

/// What is known already stays.
void complete(ScoredVideo& video, const ScoredVideo& more) {
  if (video.dataset.empty()) video.dataset = more.dataset;
  if (video.subject.empty()) video.subject = more.subject;
  if (video.fps == 0) video.fps = more.fps;
  if (video.duration_s == 0) video.duration_s = more.duration_s;
  video.failed = video.failed || more.failed;
}

}  // namespace

SpottingData spotting_data(const std::vector<IntervalTable>& predictions, const IntervalTable& truth,
                           const std::vector<ScoredVideo>& videos, const std::string& dataset) {
  VideoNames names;
  for (const auto& video : videos) names.mention(video.video, video.subject);
  for (const auto& video : truth.videos) names.mention(video.video, video.subject);
  for (const auto& table : predictions)
    for (const auto& video : table.videos) names.mention(video.video, video.subject);

  SpottingData data;
  add(data.truth, truth.holds_truth ? truth.truth : truth.intervals, names, truth.origin);
  add(data.blinks, truth.blinks, names, truth.origin);
  std::map<std::string, ScoredVideo> known;
  const auto tell = [&](const std::vector<ScoredVideo>& more, const std::string& origin) {
    for (const auto& video : more) {
      const std::string name = names.of(video.video, video.subject, origin);
      ScoredVideo& here = known[name];
      here.video = name;
      complete(here, video);
    }
  };
  tell(videos, "the table of videos");
  tell(truth.videos, truth.origin);
  for (const auto& table : predictions) {
    add(data.predictions, table.intervals, names, table.origin);
    tell(table.videos, table.origin);
  }
  for (auto& [name, video] : known) {
    if (video.dataset.empty()) video.dataset = dataset;
    data.videos.push_back(video);
  }
  return data;
}

}  // namespace merkit
