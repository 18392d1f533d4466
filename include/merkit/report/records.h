#pragma once

#include "merkit/core/interval.h"
#include "merkit/core/prediction.h"
#include "merkit/pictures/explanation_pictures.h"
#include "merkit/pipeline/analyze.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace merkit {

/// One row of `merkit recognize`: a clip with a known interval and what was said of it.
struct PredictionRecord {
  std::string clip_id, dataset, subject, source;
  Interval interval;
  bool has_interval = true;  ///< false for ready motion images without one
  double fps = 0;
  std::string label_true;  ///< class name, empty if unknown
  std::optional<Prediction> prediction;
  ClipProblem problem;
  std::string model;
  bool seen_subject = false;  ///< the model was trained on this very person
  std::optional<int> fold;
  std::uint64_t seed = 1;
};

/// One row of `merkit align` and `merkit flow`: the files made of a clip.
struct FilesRecord {
  std::string clip_id, source;
  ClipProblem problem;
  int frames = 0, frames_with_face = 0;
  std::optional<Interval> interval;
  double mean_px = 0, max_px = 0;  ///< motion magnitude (flow)
  std::vector<std::string> files;
};

/// One row of `merkit explain`: what was said of a clip, why, and the pictures of it.
struct ExplanationRecord {
  std::string clip_id, dataset, subject, source, model;
  std::optional<Interval> interval;  ///< known once the clip has been read
  std::optional<Prediction> prediction;
  ExplanationPictures pictures;
  ClipProblem problem;
};

}  // namespace merkit
