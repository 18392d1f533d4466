#pragma once

#include "cli/options.h"
#include "merkit/pipeline/measure_video.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace merkit::cli {

/// Videos to learn from, measured, and what the manifest says of them, in the same order.
struct TrainingVideos {
  std::vector<MeasuredVideo> measured;
  std::vector<ManifestClip> clips;

  SpottingSampleSet samples() const;
};

/// The videos of the manifest with what is known of them: from `truth`, or else from its own rows. Says how many rows
/// were left out.
std::vector<AnnotatedVideo> annotated_videos(const BatchOptions& batch, const std::filesystem::path& truth);

/// Measures every video, as many at a time as there are jobs. What cannot be used is an InputError, unless
/// `skip_failed`. Throws Interrupted when a stop was requested.
TrainingVideos prepare_training_videos(const std::vector<AnnotatedVideo>& videos, const BatchOptions& batch,
                                       const CommonOptions& common, const Spotter& spotter,
                                       const MeasureOptions& options, bool skip_failed);

}  // namespace merkit::cli
