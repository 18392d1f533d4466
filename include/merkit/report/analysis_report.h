#pragma once

#include "merkit/evaluation/spotting_metrics.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace merkit {

struct AnalysisReportOptions {
  std::string title;                 ///< empty: made from the spotters
  std::vector<std::string> command;  ///< argv, for the record
  std::filesystem::path signals;     ///< directory of --save-signal; empty: intervals are drawn without their signal
  std::filesystem::path pictures;    ///< directory of --pictures; empty: none are shown
  std::optional<std::vector<VideoInterval>> truth;  ///< drawn beside what was found
};

/// True if the file holds what merkit run or merkit spot wrote, as JSON or JSON Lines. Throws InputError when it cannot
/// be read.
bool holds_analyses(const std::filesystem::path& file);

/// One self-contained page on what merkit run or merkit spot found: of each clip what was looked at, the signal with
/// its threshold, found and true intervals, and a table of them. It needs no network and no script, and is well-formed
/// XML. Throws InputError for a file without analyses and for a signal that cannot be read.
std::string analysis_report(const std::vector<std::filesystem::path>& files, const AnalysisReportOptions& options);

}  // namespace merkit
