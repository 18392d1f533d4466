#include "neural/spotting/spotting_sessions.h"

#include "spotting/movements.h"

#include <algorithm>
#include <stdexcept>

namespace merkit::neural {
namespace {

using spotting::MapFrame;

/// Throws ClipError where a clip is shorter than what a network looks at, or has no face.
void check_clip(int frames, int with_face, const RegionMotionConfig& input, double fps) {
  const double reach_s = input.motion == "lag" ? input.micro_lag_s / 2 : input.micro_lag_s;
  spotting::check_frames(frames, with_face, spotting::shortest_clip(2 * reach_s, fps), "spotting");
}

void check_fps(double fps) {
  if (!(fps > 0)) throw std::invalid_argument("a spotter needs a frame rate above 0");
}

class MapSession final : public MeasuringSession {
 public:
  MapSession(const RegionMotionConfig& input, double fps) : input_(input), tracker_(input.maps) { clip_->fps = fps; }

  void push(const AlignedFace& face) override { clip_->frames.push_back(tracker_.measure(face)); }

  std::unique_ptr<MeasuredClip> so_far() override { return std::make_unique<MeasuredMaps>(*clip_); }

  std::unique_ptr<MeasuredClip> finish() override {
    const auto with_face = std::count_if(clip_->frames.begin(), clip_->frames.end(), [](auto& f) { return f.valid; });
    check_clip(static_cast<int>(clip_->frames.size()), static_cast<int>(with_face), input_, clip_->fps);
    return std::move(clip_);
  }

 private:
  RegionMotionConfig input_;
  spotting::MapTracker tracker_;
  std::unique_ptr<MeasuredMaps> clip_ = std::make_unique<MeasuredMaps>();
};

class ScoringSession final : public SpottingSession {
 public:
  ScoringSession(const RegionMotionConfig& input, double fps, const SpottingNetworks& networks, torch::Device device,
                 const spotting::SpottingRules& rules, const spotting::ScoreCurveConfig& scores)
      : input_(input),
        fps_(fps),
        rules_(rules),
        scores_(scores),
        tracker_(input.maps),
        stream_(input, fps, networks, device) {}

  void push(const AlignedFace& face) override {
    const MapFrame frame = tracker_.measure(face);
    ++frames_;
    if (frame.valid) ++with_face_;
    stream_.push(frame);
  }

  SpottingResult so_far() override { return decide(stream_.so_far(), rules_, scores_); }

  SpottingResult finish() override {
    check_clip(frames_, with_face_, input_, fps_);
    return decide(stream_.finish(), rules_, scores_);
  }

 private:
  RegionMotionConfig input_;
  double fps_;
  spotting::SpottingRules rules_;
  spotting::ScoreCurveConfig scores_;
  spotting::MapTracker tracker_;
  ScoreStream stream_;
  int frames_ = 0, with_face_ = 0;
};

}  // namespace

std::unique_ptr<MeasuringSession> map_session(const RegionMotionConfig& input, double fps) {
  check_fps(fps);
  return std::make_unique<MapSession>(input, fps);
}

std::unique_ptr<SpottingSession> scoring_session(const RegionMotionConfig& input, double fps,
                                                 const SpottingNetworks& networks, torch::Device device,
                                                 const spotting::SpottingRules& rules,
                                                 const spotting::ScoreCurveConfig& scores) {
  check_fps(fps);
  return std::make_unique<ScoringSession>(input, fps, networks, device, rules, scores);
}

}  // namespace merkit::neural
