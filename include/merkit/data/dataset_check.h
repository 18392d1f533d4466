#pragma once

#include "merkit/data/manifest.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace merkit {

enum class Severity {
  warning,  ///< worth a look; training goes on
  error,    ///< the clip cannot be used as it is
};
std::string_view to_string(Severity severity);

/// One thing that is wrong with one clip of a manifest.
struct Finding {
  std::string clip_id;  ///< empty: it concerns a data set
  Severity severity = Severity::warning;
  std::string what;    ///< one word for the kind, of finding_kinds()
  std::string detail;  ///< a sentence
};

/// Every kind of finding with what it means, in alphabetic order.
const std::map<std::string, std::string>& finding_kinds();

/// What is wrong with the rows themselves, without a look at any picture: onset, apex and offset out of order
/// (interval_order), two rows of the same frames and interval (duplicate_clip), no emotion (no_emotion) or one that no
/// protocol and no data set of merkit's knows (unknown_emotion), a rate that no camera has or that is not the data
/// set's (odd_fps). In the order of the manifest.
std::vector<Finding> check_rows(const Manifest& manifest);

/// Counts of one data set of a manifest.
struct DatasetSummary {
  std::string dataset, title;  ///< title: of configs/datasets, empty for others
  int clips = 0, subjects = 0;
  std::map<std::string, int> emotions;  ///< as spelt, without case
  std::map<std::string, int> clips_of_subject;
  std::vector<std::string> differences;  ///< from the published counts, one sentence each
  bool has_published_counts = false;
};

/// By name. Throws ConfigError for a damaged configs/datasets/NAME.json.
std::vector<DatasetSummary> summarize_datasets(const Manifest& manifest);

}  // namespace merkit
