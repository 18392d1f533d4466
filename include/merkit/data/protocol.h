#pragma once

#include "merkit/core/label_set.h"
#include "merkit/data/manifest.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace merkit {

/// How a data set is scored: which clips, which classes, and what is held out. A JSON file under configs/protocols, or
/// one of the user's own:
///
///     { "name": "megc2019", "classes": ["negative", ...], "held_out": "subject",
///       "datasets": ["casme2", ...], "label": "emotion",
///       "map": {"casme2": {"happiness": "positive", ...}, "*": {...}},
///       "drop": ["casme2/sub04/EP12_01f"], "expect": {"casme2": 145, "total": 442} }
struct Protocol {
  std::string name, description;
  std::vector<std::string> classes;
  std::string held_out = "subject";   ///< "subject", or "dataset" for leave-one-dataset-out
  std::vector<std::string> datasets;  ///< data sets that take part; empty: all of the manifest
  /// The manifest column that `map` reads: "emotion", or "objective_class", whose values 1 to 7 and I to VII (Davison
  /// et al. 2018, doi:10.3390/jimaging4100119) may be written either way in the manifest and here.
  std::string label = "emotion";
  /// Class by label, by data set; "*" speaks for data sets not named. A label without a class takes no part.
  std::map<std::string, std::map<std::string, std::string>> map;
  /// "dataset/subject/clip" of clips that take no part; a clip_id may have the subject and "_" before it, as where
  /// clips of several people bear the same name.
  std::vector<std::string> drop;
  std::map<std::string, int> expect;  ///< number of clips by data set, and "total"

  /// By name (configs/protocols/NAME.json) or file. Throws ConfigError naming file and JSON path, listing the names.
  static Protocol find(const std::string& name_or_file);
  static Protocol from_file(const std::filesystem::path& file);

  LabelSet labels() const { return LabelSet(classes); }

  /// Class of a clip, if it takes part.
  std::optional<int> class_of(const ManifestClip& clip) const;

  /// What differs from `expect`, one sentence each; nothing when all is as published. Data sets of which the manifest
  /// has no clip at all are passed over, and the total with them.
  std::vector<std::string> count_mismatches(const std::vector<ManifestClip>& clips) const;
};

/// Names of configs/protocols, in order.
std::vector<std::string> protocol_names();

}  // namespace merkit
