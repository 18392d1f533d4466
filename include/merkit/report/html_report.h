#pragma once

#include "merkit/experiments/recognition_plan.h"
#include "merkit/pictures/clip_pictures.h"

#include <string>
#include <vector>

namespace merkit {

struct HtmlReportOptions {
  std::string title;                 ///< empty: made from the methods
  std::vector<std::string> command;  ///< argv, for the record
  bool partial = false;              ///< show runs whose tasks are not all done, stamped as unfinished
  int worst_clips = 12;              ///< how many of the clips classified worst are shown of each run
  /// Pictures for a clip of those; null: none are shown.
  MakeClipPictures pictures;
};

/// One self-contained page on leave-one-subject-out runs: what was scored and how, figures beside baselines, confusion
/// matrices, people, learning curves, times, the clips classified worst, settings and provenance; several runs are
/// compared on top. It needs no network and no script, and is well-formed XML.
///
/// Figures are computed from the tasks' results. What evaluation.json alone knows, such as whether the run is leaky, is
/// taken from there. Throws InputError when a run has no finished task, or misses some or evaluation.json without
/// `partial`.
std::string html_report(const std::vector<RecognitionDirectory>& runs, const HtmlReportOptions& options);

}  // namespace merkit
