#pragma once

#include "cli/options.h"
#include "merkit/core/label_set.h"
#include "merkit/evaluation/spotting_metrics.h"
#include "merkit/face/face_aligner.h"
#include "merkit/pipeline/analyze.h"

#include <filesystem>
#include <optional>
#include <vector>

namespace merkit::cli {

/// What of an analysis is shown as pictures.
struct IllustrationOptions {
  std::filesystem::path pictures;   ///< --pictures DIR; empty: none
  std::filesystem::path plots;      ///< --plot DIR; empty: none
  std::filesystem::path annotated;  ///< --annotate FILE.mp4|DIR; empty: none
  std::filesystem::path truth;      ///< --truth TABLE; empty: not known
};
void add_illustration_options(CLI::App& command, IllustrationOptions& options);

/// Analyses clips and shows what was found: a picture of each interval, one of the signal of each clip, and each clip
/// as a video with the face, the signal and the intervals drawn in. Safe to use from many threads.
class Illustrator {
 public:
  /// Reads the truth and makes the directories. Throws ConfigError for one video file and several clips.
  Illustrator(const IllustrationOptions& options, std::size_t clips, const LabelSet& labels);

  /// As analyzer.analyze(request), then the pictures, where a face was found. A requested stop leaves a picture out,
  /// not the analysis.
  ClipAnalysis analyze(const ClipAnalyzer& analyzer, ClipRequest request) const;

 private:
  std::optional<std::vector<VideoInterval>> truth_of(const ClipRequest& request) const;
  std::filesystem::path annotated_file(const ClipRequest& request) const;

  IllustrationOptions options_;
  bool one_file_ = false;
  LabelSet labels_;
  std::optional<std::vector<VideoInterval>> truth_;
};

}  // namespace merkit::cli
