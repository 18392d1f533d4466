#pragma once

#include "merkit/face/face_aligner.h"
#include "merkit/motion/optical_flow.h"
#include "merkit/pipeline/prepare_samples.h"

#include <cstdint>
#include <string>

namespace merkit {

/// The settings that commands share. Methods have their own, under "methods.<name>" of the same tree.
struct PipelineConfig {
  FaceConfig face;
  FlowConfig flow;  ///< of `merkit flow` and of pictures; recognizers carry their own
  std::string spotter = "strain_peaks";
  std::string model = "ststnet-composite";
  std::string labels = "three_emotions";  ///< label set of training: name under configs/labels or a file
  std::string apex_policy = "middle";
  std::uint64_t seed = 1;
};

template <class Visitor>
void fields(Visitor&& visit, PipelineConfig& c) {
  visit("face", c.face, "finding and aligning faces");
  visit("flow", c.flow, "optical flow of `merkit flow` and of pictures");
  visit("spotter", c.spotter, "spotting method");
  visit("model", c.model, "model that names the emotion: a name or a file");
  visit("labels", c.labels, "label set for training: a name under configs/labels or a file");
  visit("apex_policy", c.apex_policy, "for clips without annotated apex: middle, spot or skip");
  visit("seed", c.seed, "seed of everything random");
}

}  // namespace merkit
