#include "neural/spotting/score_stream.h"

#include "neural/process_settings.h"

namespace merkit::neural {

ScoreStream::ScoreStream(const RegionMotionConfig& input, double fps, SpottingNetworks networks, torch::Device device)
    : input_(input),
      networks_(std::move(networks)),
      device_(device),
      view_(input, fps, [this](const FrameInView& view) { look(view); }) {}

void ScoreStream::look(const FrameInView& view) {
  constexpr std::size_t kBatch = 32;
  if (view.run >= 0) {
    waiting_.push_back(scored_.size());
    for (int type = 0; type < kTypes; ++type)
      if (networks_[type]) inputs_[type].push_back(view.input(type, input_));
  }
  scored_.push_back({view.frame->number, view.frame->time_s, view.run, 0, 0});
  if (waiting_.size() == kBatch) score_waiting();
}

void ScoreStream::score_waiting() {
  if (waiting_.empty()) return;
  use_threads(1);
  const torch::NoGradGuard no_grad;
  for (int type = 0; type < kTypes; ++type) {
    if (!networks_[type]) continue;
    const torch::Tensor scores =
        networks_[type]->forward({torch::stack(inputs_[type]).to(device_)}).squeeze(1).to(torch::kCPU).contiguous();
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
      spotting::ScoredFrame& frame = scored_[waiting_[i]];
      (type == 0 ? frame.micro : frame.macro) = scores.data_ptr<float>()[i];
    }
    inputs_[type].clear();
  }
  waiting_.clear();
}

std::vector<spotting::ScoredFrame> ScoreStream::so_far() const {
  const std::size_t scored = waiting_.empty() ? scored_.size() : waiting_.front();
  return {scored_.begin(), scored_.begin() + static_cast<std::ptrdiff_t>(scored)};
}

std::vector<spotting::ScoredFrame> ScoreStream::finish() {
  view_.finish();
  score_waiting();
  return std::move(scored_);
}

std::vector<spotting::ScoredFrame> scored_frames(const MeasuredMaps& clip, const RegionMotionConfig& input,
                                                 const SpottingNetworks& networks, torch::Device device) {
  ScoreStream stream(input, clip.fps, networks, device);
  for (const auto& frame : clip.frames) stream.push(frame);
  return stream.finish();
}

}  // namespace merkit::neural
