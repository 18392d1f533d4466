#pragma once

#include "merkit/evaluation/loso.h"

#include <functional>
#include <string>
#include <vector>

namespace merkit {

/// Pictures of one clip, side by side: motion, strain, the face.
struct ClipPictures {
  struct Picture {
    std::string png;      ///< bytes of a PNG file
    std::string caption;  ///< what it shows
  };
  std::vector<Picture> pictures;
  bool pixelated = false;  ///< few large pixels, which are not to be blurred when enlarged
  std::string problem;     ///< why there are none
};

struct HtmlReportOptions {
  std::string title;                 ///< empty: made from the methods
  std::vector<std::string> command;  ///< argv, for the record
  bool partial = false;              ///< show runs whose tasks are not all done, stamped as unfinished
  int worst_clips = 12;              ///< how many of the clips classified worst are shown of each run
  /// Pictures for a clip of those; null: none are shown.
  std::function<ClipPictures(const LosoClip&)> pictures;
};

/// One self-contained page on leave-one-subject-out runs: what was scored and how, figures beside baselines, confusion
/// matrices, people, learning curves, times, the clips classified worst, settings and provenance; several runs are
/// compared on top. It needs no network and no script, and is well-formed XML.
///
/// Figures are computed from the tasks' results. What evaluation.json alone knows, such as whether the run is leaky, is
/// taken from there. Throws InputError when a run has no finished task, or misses some or evaluation.json without
/// `partial`.
std::string html_report(const std::vector<LosoDirectory>& runs, const HtmlReportOptions& options);

}  // namespace merkit
