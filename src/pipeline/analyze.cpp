#include "merkit/pipeline/analyze.h"

#include "merkit/core/stop.h"
#include "pipeline/crop_reader.h"
#include "pipeline/early_detections.h"
#include "pipeline/overlapped.h"
#include "pipeline/shot_aligner.h"
#include "pipeline/timed_clip.h"

#include <algorithm>
#include <chrono>

#include <opencv2/core.hpp>

namespace merkit {
namespace {

/// Aligned faces that wait for the spotter: enough to even out slow frames (a face searched anew), 0.6 MB.
constexpr std::size_t kFacesAhead = 8;

class Stopwatch {
 public:
  /// Seconds since the last call.
  double lap() {
    const auto now = std::chrono::steady_clock::now();
    const double seconds = std::chrono::duration<double>(now - last_).count();
    last_ = now;
    return seconds;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

/// Someone asked to stop; `when` completes the sentence.
ClipError stopped(const std::string& when) {
  return ClipError(Status::decode_error, "interrupted by signal " + std::to_string(stop_signal()) + " " + when,
                   "run it again for the rest; --failed FILE keeps a list of such clips for --files-from");
}

ClipError stopped_after(int frames, std::int64_t expected) {
  const std::string all = expected > frames ? " of " + std::to_string(expected) : "";
  return stopped("after " + std::to_string(frames) + all + " frames; what was found up to there is given");
}

/// What a recognizer reads of one interval.
Sample sample_of(const ClipRequest& request, const Interval& interval, CropReader& crops, FrameNeed need) {
  Sample sample;
  sample.id = request.clip_id;
  sample.interval = interval;
  sample.faces = crops.of(interval, need);
  return sample;
}

/// Takes down where the face was.
void note(const AlignedFace& face, bool goes_on, ClipAnalysis& analysis) {
  if (!face.success) return;
  ++analysis.frames_with_face;
  analysis.segments = std::max(analysis.segments, face.segment + 1);
  analysis.followed.note(face);
  if (goes_on && analysis.spans.back().segment == face.segment)
    analysis.spans.back().last = face.number;
  else
    analysis.spans.push_back({face.number, face.number, face.segment});
}

}  // namespace

ClipAnalyzer::ClipAnalyzer(FaceConfig face, std::shared_ptr<const SharedFaceModel> faces,
                           std::shared_ptr<const Spotter> spotter, std::shared_ptr<const Recognizer> recognizer,
                           FrameNeed frames)
    : face_(face),
      faces_(std::move(faces)),
      spotter_(std::move(spotter)),
      recognizer_(std::move(recognizer)),
      frames_(frames) {}

ClipAnalysis ClipAnalyzer::analyze(const ClipRequest& request) const {
  ClipAnalysis analysis;
  analysis.clip_id = request.clip_id;
  analysis.subject = request.subject;
  analysis.source = request.source;
  analysis.spotter = request.spotter;
  analysis.model = request.model;
  analysis.problem = problem_of([&] {
    if (request.problem) throw ClipError(*request.problem);
    const auto ended_early = follow(request, analysis);
    const bool looked_at = recognizer_ || request.on_key_faces;
    try {
      if (!analysis.detections.empty() && looked_at) look_at_detections(request, analysis);
    } catch (const Interrupted&) {
      if (!ended_early) throw stopped("while looking at what was found, which is given");
    }
    if (ended_early) throw ClipError(*ended_early);
  });
  return analysis;
}

/// Reads the clip and spots in it. What ended the reading before the clip's end, if anything did after the face was
/// seen; what was found up to there counts.
std::optional<ClipError> ClipAnalyzer::follow(const ClipRequest& request, ClipAnalysis& analysis) const {
  Stopwatch watch;
  const auto reader = open_timed_clip(request.clip, request.options, request.source);
  analysis.timing.read_s += watch.lap();
  analysis.fps = reader->info().fps;
  if (request.frames_expected) *request.frames_expected += reader->info().frames;
  ShotAligner aligner(faces_->get(), face_);
  analysis.followed.crop = {face_.width, face_.height()};
  const auto session = spotter_->start(analysis.fps);
  analysis.timing.align_s += watch.lap();  // the first clip waits for the face model to be loaded
  double last_time = 0;
  bool goes_on = false, asked_to_stop = false;
  std::optional<ClipError> unreadable;
  Stopwatch spotting_watch;
  const auto read = [&]() -> std::optional<Frame> {
    try {
      return reader->next();
    } catch (const ClipError& error) {
      unreadable = error;
    } catch (const Interrupted&) {
      asked_to_stop = true;
    }
    return std::nullopt;
  };
  const std::function<std::optional<AlignedFace>()> next_face = [&]() -> std::optional<AlignedFace> {
    watch.lap();
    const auto frame = read();
    analysis.timing.read_s += watch.lap();
    if (!frame) return std::nullopt;
    AlignedFace face = aligner.align(*frame);
    analysis.timing.align_s += watch.lap();
    return face;
  };
  EarlyDetections early;
  std::optional<CropReader> early_crops;
  const auto tell_early = [&] {
    for (Detection& detection : early.after(last_time, *session)) {
      // What goes wrong here does so again at the end, when the record tells of it.
      if (recognizer_)
        problem_of([&] {
          if (!early_crops) early_crops.emplace(analysis.followed, request.clip, request.options);
          detection.prediction = recognizer_->recognize(sample_of(request, detection.interval, *early_crops, frames_));
        });
      request.on_early(detection, last_time);
    }
  };
  // All that the record tells of frames is counted here: how far ahead the reader was when something went wrong varies.
  const std::function<void(AlignedFace)> spot = [&](const AlignedFace& face) {
    ++analysis.frames;
    if (request.frames_done) ++*request.frames_done;
    last_time = face.time_s;
    note(face, goes_on, analysis);
    goes_on = face.success;
    spotting_watch.lap();
    session->push(face);
    if (request.on_early) tell_early();
    analysis.timing.spot_s += spotting_watch.lap();
  };
  try {
    overlapped(request.threads, kFacesAhead, next_face, spot);
  } catch (const Interrupted&) {
    asked_to_stop = true;
  }
  analysis.faces_seen = aligner.most_faces();
  analysis.duration_s = analysis.frames ? last_time + 1 / analysis.fps : 0;
  std::optional<ClipError> ended_early = std::move(unreadable);
  if (asked_to_stop) {
    if (analysis.frames_with_face == 0) throw_if_stopped();
    ended_early = stopped_after(analysis.frames, reader->info().frames);
  }
  if (analysis.frames_with_face == 0) {
    if (ended_early) throw ClipError(*ended_early);
    throw no_face_in(analysis.frames);
  }
  spotting_watch.lap();
  try {
    SpottingResult found = session->finish();
    analysis.detections = std::move(found.detections);
    analysis.signal = std::move(found.signal);
  } catch (const ClipError&) {
    if (!ended_early) throw;  // otherwise that is why there is too little
  }
  analysis.timing.spot_s += spotting_watch.lap();
  return ended_early;
}

void ClipAnalyzer::look_at_detections(const ClipRequest& request, ClipAnalysis& analysis) const {
  Stopwatch watch;
  // Detections come in order and do not overlap, so the crops of one are all that is held at a time.
  CropReader crops(analysis.followed, request.clip, request.options);
  for (Detection& detection : analysis.detections) {
    const Sample sample = sample_of(request, detection.interval, crops, frames_);
    analysis.timing.read_s += watch.lap();
    if (recognizer_) detection.prediction = recognizer_->recognize(sample);
    const AlignedFace* const onset = sample.face_at(detection.interval.onset);
    const AlignedFace* const apex = sample.face_at(detection.interval.apex_or_middle());
    if (request.on_key_faces && onset && apex) request.on_key_faces(detection, *onset, *apex);
    analysis.timing.recognize_s += watch.lap();
  }
}

}  // namespace merkit
