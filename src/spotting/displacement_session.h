#pragma once

#include "spotting/movements.h"
#include "spotting/region_displacement.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace merkit::spotting {

/// Tracks the patches of the face and makes a curve of their displacements at the end.
class DisplacementSession final : public MeasuringSession {
 public:
  using ToCurve = std::function<std::unique_ptr<MovementCurve>(const std::vector<FrameMotion>&)>;

  /// `method` and `needed` frames are for the message about a clip that is too short.
  DisplacementSession(std::string method, int needed, const DisplacementConfig& config, ToCurve to_curve)
      : method_(std::move(method)), needed_(needed), tracker_(config), to_curve_(std::move(to_curve)) {}

  void push(const AlignedFace& face) override { frames_.push_back(tracker_.measure(face)); }

  std::unique_ptr<MeasuredClip> so_far() override { return to_curve_(frames_); }

  std::unique_ptr<MeasuredClip> finish() override {
    check_frames({frames_.begin(), frames_.end()}, needed_, method_);
    return to_curve_(frames_);
  }

 private:
  std::string method_;
  int needed_;
  DisplacementTracker tracker_;
  ToCurve to_curve_;
  std::vector<FrameMotion> frames_;
};

}  // namespace merkit::spotting
