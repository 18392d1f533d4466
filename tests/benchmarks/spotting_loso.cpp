// What spotters find in the videos of people from whom they have not learned.
//
//     spotting_loso DIRECTORY METHOD[,METHOD...] [--list] [KEY=VALUE...]
//
// DIRECTORY holds videos and truth.csv (video, subject, onset, apex, offset, type, fps; the types are micro, macro and
// blink, frames are counted at fps). Each video is aligned and measured once; then every method learns from the videos
// of all but one person and is scored on that person's. The truth is taken to the frames of the video by time, so that
// the same truth.csv serves videos resampled to another rate. KEY=VALUE are settings of all METHODs. --list prints each
// expression that was missed, wrongly timed or found where there is none.
#include "learning/training_set.h"
#include "merkit/core/files.h"
#include "merkit/data/csv.h"
#include "merkit/evaluation/spotting_metrics.h"
#include "merkit/face/face_aligner.h"
#include "merkit/media/clip_reader.h"
#include "merkit/methods/catalog.h"
#include "merkit/pipeline/prepare_samples.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <map>
#include <set>

namespace {

namespace fs = std::filesystem;
using merkit::Interval;

/// Seconds of one row of truth.csv.
struct TrueEvent {
  double onset_s, apex_s, offset_s;
  std::string type;
};

struct Video {
  fs::path file;
  std::string subject;
  double fps = 0;
  std::vector<double> times_s;
  std::vector<TrueEvent> events;
  std::vector<std::unique_ptr<merkit::MeasuredClip>> measured;  // one a method
  std::vector<double> measuring_s;

  /// The frame nearest to a time.
  int frame_at(double time_s) const {
    const auto after = std::lower_bound(times_s.begin(), times_s.end(), time_s);
    if (after == times_s.begin()) return 0;
    const bool before_is_nearer = after == times_s.end() || time_s - *(after - 1) < *after - time_s;
    return static_cast<int>(after - times_s.begin()) - (before_is_nearer ? 1 : 0);
  }
  Interval frames_of(const TrueEvent& event) const {
    return {frame_at(event.onset_s), frame_at(event.apex_s), frame_at(event.offset_s)};
  }
};

std::vector<Video> read_truth(const fs::path& directory) {
  const merkit::CsvTable table(merkit::read_file(directory / "truth.csv"), "truth.csv");
  std::map<std::string, Video> videos;
  for (std::size_t row = 0; row < table.size(); ++row) {
    Video& video = videos[table.value(row, "video")];
    video.file = directory / table.value(row, "video");
    video.subject = table.value(row, "subject");
    const double fps = std::stod(table.value(row, "fps"));
    const auto seconds = [&](const char* column) { return std::stod(table.value(row, column)) / fps; };
    video.events.push_back({seconds("onset"), seconds("apex"), seconds("offset"), table.value(row, "type")});
  }
  std::vector<Video> result;
  for (auto& [name, video] : videos) result.push_back(std::move(video));
  return result;
}

void measure(Video& video, const std::vector<std::unique_ptr<merkit::Spotter>>& spotters,
             const merkit::SharedFaceModel& faces) {
  const auto reader = merkit::open_clip(video.file);
  video.fps = reader->info().fps;
  merkit::FaceAligner aligner(faces.get(), {});
  std::vector<std::unique_ptr<merkit::MeasuringSession>> sessions;
  for (const auto& spotter : spotters) sessions.push_back(spotter->measure(video.fps));
  video.measuring_s.assign(spotters.size(), 0);
  while (const auto frame = reader->next()) {
    const merkit::AlignedFace face = aligner.align(*frame);
    video.times_s.push_back(face.time_s);
    for (std::size_t i = 0; i < sessions.size(); ++i) {
      const auto begin = std::chrono::steady_clock::now();
      sessions[i]->push(face);
      video.measuring_s[i] += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    }
  }
  for (auto& session : sessions) video.measured.push_back(session->finish());
}

std::vector<merkit::TrueExpression> expressions_of(const Video& video) {
  std::vector<merkit::TrueExpression> result;
  for (const auto& event : video.events)
    if (event.type != "blink")
      result.push_back({video.frames_of(event),
                        event.type == "micro" ? merkit::ExpressionType::micro : merkit::ExpressionType::macro,
                        {}});
  return result;
}

struct Silent final : merkit::FitObserver {
  void on_epoch(int, int, double, double) override {}
};

struct Score {
  std::vector<merkit::VideoInterval> truth, found;
  int blinks_taken = 0;
  double seconds = 0;
  double apex_error_s[2] = {0, 0};  // of micro- and macro-expressions
  int apexes[2] = {0, 0};

  double apex_error_ms(merkit::ExpressionType type) const {
    const auto i = static_cast<std::size_t>(type);
    return apexes[i] > 0 ? 1000 * apex_error_s[i] / apexes[i] : 0;
  }
};

void print_unmatched(const Video& video, const std::vector<merkit::TrueExpression>& truth,
                     const std::vector<merkit::Detection>& found) {
  for (const auto& expression : truth) {
    const bool is_found = std::any_of(found.begin(), found.end(), [&](const auto& d) {
      return d.type == expression.type && iou(d.interval, expression.interval) >= 0.5;
    });
    if (!is_found)
      std::printf("%s missed %s %d-%d\n", video.subject.c_str(), std::string(to_string(expression.type)).c_str(),
                  expression.interval.onset, expression.interval.offset);
  }
  for (const auto& d : found) {
    double best = 0;
    std::string at = "nothing";
    for (const auto& event : video.events)
      if (const double overlap = iou(d.interval, video.frames_of(event)); overlap > best) {
        best = overlap;
        at = event.type;
      }
    const bool right = best >= 0.5 && at == to_string(d.type);
    if (!right)
      std::printf("%s wrong %s %d-%d-%d confidence %.2f, IoU %.2f with %s\n", video.subject.c_str(),
                  std::string(to_string(d.type)).c_str(), d.interval.onset, d.interval.apex_or_middle(),
                  d.interval.offset, d.confidence, best, at.c_str());
  }
}

/// A blink is taken for an expression where a detection has its apex in one and meets no expression.
void add_to(Score& score, const Video& video, const std::vector<merkit::Detection>& found) {
  const auto truth = expressions_of(video);
  for (const auto& expression : truth) score.truth.push_back({video.subject, expression.interval, expression.type, 0});
  score.seconds += video.times_s.back();
  for (const auto& detection : found) {
    score.found.push_back({video.subject, detection.interval, detection.type, detection.confidence});
    bool meets_expression = false;
    for (const auto& expression : truth) {
      const double overlap = iou(detection.interval, expression.interval);
      meets_expression |= overlap > 0;
      if (overlap < 0.5 || detection.type != expression.type) continue;
      score.apex_error_s[static_cast<std::size_t>(detection.type)] +=
          std::abs(detection.apex_s - video.times_s[expression.interval.apex_or_middle()]);
      ++score.apexes[static_cast<std::size_t>(detection.type)];
    }
    const bool in_blink = std::any_of(video.events.begin(), video.events.end(), [&](const TrueEvent& event) {
      return event.type == "blink" && event.onset_s <= detection.apex_s && detection.apex_s <= event.offset_s;
    });
    if (in_blink && !meets_expression) ++score.blinks_taken;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  std::vector<std::string> names;
  for (std::string rest = argv[2]; !rest.empty();) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    names.push_back(rest.substr(0, comma));
    rest.erase(0, comma + 1);
  }
  bool list = false;
  std::vector<std::string> settings;
  for (int i = 3; i < argc; ++i)
    if (std::strcmp(argv[i], "--list") == 0)
      list = true;
    else
      settings.push_back(argv[i]);
  const auto make = [&](const std::string& name) {
    merkit::Settings config = merkit::default_config(name);
    for (const std::string& setting : settings)
      config.set(setting.substr(0, setting.find('=')), setting.substr(setting.find('=') + 1), "spotting_loso");
    return merkit::find_method(name).make_spotter(config, {});
  };

  std::vector<Video> videos = read_truth(argv[1]);
  const merkit::SharedFaceModel faces;
  merkit::for_each_number(videos.size(), 2, [&](std::size_t i) {
    std::vector<std::unique_ptr<merkit::Spotter>> spotters;
    for (const std::string& name : names) spotters.push_back(make(name));
    measure(videos[i], spotters, faces);
  });

  std::printf(
      "| spotter | micro F1 | macro F1 | overall F1 | false alarms a minute | blinks taken | apex error micro, macro | "
      "measured |\n"
      "|---|---|---|---|---|---|---|---|\n");
  for (std::size_t m = 0; m < names.size(); ++m) {
    merkit::SpottingSampleSet all;
    double frames = 0, measuring_s = 0;
    for (auto& video : videos) {
      all.push_back({video.subject, "", video.subject, video.fps, std::move(video.measured[m]), expressions_of(video)});
      frames += static_cast<double>(video.times_s.size());
      measuring_s += video.measuring_s[m];
    }
    std::set<std::string> subjects;
    for (const Video& video : videos) subjects.insert(video.subject);
    Score score;
    for (const std::string& subject : subjects) {
      merkit::SpottingSampleSet training;
      for (const auto& sample : all)
        if (sample.subject != subject) training.push_back(sample);
      const auto spotter = make(names[m]);
      Silent observer;
      spotter->fit(training, {}, observer);
      for (std::size_t i = 0; i < videos.size(); ++i)
        if (videos[i].subject == subject) {
          const auto found = spotter->spot(*all[i].measured).detections;
          add_to(score, videos[i], found);
          if (list) print_unmatched(videos[i], all[i].expressions, found);
        }
    }
    const auto micro = spotting_metrics(score.truth, score.found, merkit::ExpressionType::micro);
    const auto macro = spotting_metrics(score.truth, score.found, merkit::ExpressionType::macro);
    const auto overall = pooled(micro, macro);
    std::printf(
        "| %s | %.3f (%d right, %d wrong, %d missed) | %.3f (%d, %d, %d) | %.3f | %.2f | %d | %.0f, %.0f ms | %.0f/s "
        "|\n",
        names[m].c_str(), micro.f1, micro.true_positives, micro.false_positives, micro.false_negatives, macro.f1,
        macro.true_positives, macro.false_positives, macro.false_negatives, overall.f1,
        60 * overall.false_positives / score.seconds, score.blinks_taken,
        score.apex_error_ms(merkit::ExpressionType::micro), score.apex_error_ms(merkit::ExpressionType::macro),
        frames / measuring_s);
  }
  return 0;
}
