#pragma once

#include "merkit/learning/recognizer.h"
#include "merkit/pipeline/analyze.h"
#include "merkit/pipeline/prepare_samples.h"

#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <vector>

namespace merkit {

/// What was made of one manifest row.
struct RecognizedClip {
  Interval interval;  ///< in frame numbers of the source; known once the clip has been read
  std::optional<Prediction> prediction;
  ClipProblem problem;  ///< status ok when there is a prediction
};

/// A recognizer that may still be loading: clips are read and aligned meanwhile.
using FutureRecognizer = std::shared_future<std::shared_ptr<const Recognizer>>;

struct RecognizeOptions {
  SampleOptions samples;
  int jobs = 1;            ///< threads
  std::size_t group = 16;  ///< clips that the network sees at once; a larger one serves a GPU
};

/// Names the emotion of clips whose interval is known: decode and align, measure motion, and recognize in groups, each
/// step of some clips beside the others of other clips. Results come in input order on the calling thread; `take` says
/// whether to go on. Groups are the same whatever the number of threads, and so are results. A problem concerns its own
/// clip only. What the future throws is thrown here.
void recognize_clips(const std::vector<ManifestClip>& clips, const RecognizeOptions& options,
                     const SharedFaceModel& faces, const FutureRecognizer& recognizer,
                     const std::function<bool(std::size_t, const RecognizedClip&)>& take);

}  // namespace merkit
