#include "merkit/pipeline/analyze.h"

#include "merkit/core/files.h"
#include "merkit/media/clip_reader.h"
#include "merkit/motion/motion_image.h"
#include "pipeline/followed_face.h"
#include "pipeline/overlapped.h"

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

}  // namespace

ClipAnalyzer::ClipAnalyzer(FaceConfig face, std::shared_ptr<const SharedFaceModel> faces,
                           std::shared_ptr<const Spotter> spotter, std::shared_ptr<const Recognizer> recognizer,
                           FrameNeed frames)
    : face_(face),
      faces_(std::move(faces)),
      spotter_(std::move(spotter)),
      recognizer_(std::move(recognizer)),
      frames_(frames) {}

struct ClipAnalyzer::Followed : FollowedFace {};

ClipAnalysis ClipAnalyzer::analyze(const ClipRequest& request) const {
  ClipAnalysis analysis;
  analysis.clip_id = request.clip_id;
  analysis.subject = request.subject;
  analysis.source = request.source;
  analysis.spotter = request.spotter;
  analysis.model = request.model;
  analysis.problem = problem_of([&] {
    if (request.problem) throw ClipError(*request.problem);
    const Followed followed = follow(request, analysis);
    if (!analysis.detections.empty() && (recognizer_ || !request.pictures.empty()))
      look_at_detections(request, followed, analysis);
  });
  return analysis;
}

ClipAnalyzer::Followed ClipAnalyzer::follow(const ClipRequest& request, ClipAnalysis& analysis) const {
  Followed followed;
  Stopwatch watch;
  const auto reader = open_clip(request.clip, request.options);
  analysis.timing.read_s += watch.lap();
  analysis.fps = reader->info().fps;
  if (analysis.fps <= 0)
    throw ClipError(Status::unsupported, "the frame rate of " + request.source + " is not known",
                    "give it with --fps or in the manifest's fps column");
  FaceAligner aligner(faces_->get(), face_);
  const auto session = spotter_->start(analysis.fps);
  analysis.timing.align_s += watch.lap();  // the first clip waits for the face model to be loaded
  double last_time = 0;
  Stopwatch spotting_watch;
  const std::function<std::optional<AlignedFace>()> next_face = [&]() -> std::optional<AlignedFace> {
    watch.lap();
    const auto frame = reader->next();
    analysis.timing.read_s += watch.lap();
    if (!frame) return std::nullopt;
    AlignedFace face = aligner.align(*frame);
    analysis.timing.align_s += watch.lap();
    return face;
  };
  // All that the record tells of frames is counted here: how far ahead the reader was when something went wrong varies.
  const std::function<void(AlignedFace)> spot = [&](const AlignedFace& face) {
    ++analysis.frames;
    if (request.frames_done) ++*request.frames_done;
    last_time = face.time_s;
    if (face.success) {
      ++analysis.frames_with_face;
      analysis.segments = std::max(analysis.segments, face.segment + 1);
      followed.note(face);
    }
    spotting_watch.lap();
    session->push(face);
    analysis.timing.spot_s += spotting_watch.lap();
  };
  overlapped(request.threads, kFacesAhead, next_face, spot);
  analysis.duration_s = last_time + 1 / analysis.fps;
  if (analysis.frames_with_face == 0)
    throw ClipError(Status::no_face, "no face found in any of " + std::to_string(analysis.frames) + " frames",
                    "faces should be frontal, lit and at least 40 pixels wide");
  spotting_watch.lap();
  SpottingResult found = session->finish();
  analysis.timing.spot_s += spotting_watch.lap();
  analysis.detections = std::move(found.detections);
  analysis.signal = std::move(found.signal);
  return followed;
}

void ClipAnalyzer::look_at_detections(const ClipRequest& request, const Followed& followed,
                                      ClipAnalysis& analysis) const {
  Stopwatch watch;
  // Detections come in order and do not overlap, so the crops of one are all that is held at a time.
  CropReader crops(followed, request.clip, request.options, face_);
  for (Detection& detection : analysis.detections) {
    Sample sample;
    sample.id = request.clip_id;
    sample.interval = detection.interval;
    sample.faces = crops.of(detection.interval, frames_);
    analysis.timing.read_s += watch.lap();
    if (recognizer_) detection.prediction = recognizer_->recognize(sample);
    const AlignedFace *const onset = sample.face_at(detection.interval.onset), *const apex = sample.face_at(
                                                                                   detection.interval.apex_or_middle());
    if (!request.pictures.empty() && onset && apex && onset != apex)
      write_png(request.pictures / (request.clip_id + "_" + std::to_string(detection.interval.onset) + ".png"),
                motion_picture(onset->image, apex->image, optical_flow(onset->image, apex->image)));
    analysis.timing.recognize_s += watch.lap();
  }
}

}  // namespace merkit
