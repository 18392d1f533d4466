#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace merkit::dataset {

/// Values of one clip by field name, as text.
using Fields = std::map<std::string, std::string>;

/// Where a table's fields stand: under a header (any of the spellings), or at a column of a sheet without header.
struct TableLayout {
  std::vector<std::string> files;   ///< file name patterns, best first; several files of one pattern are an error
  std::vector<std::string> sheets;  ///< preferred sheet names, patterns
  std::map<std::string, std::vector<std::string>> columns;
  std::map<std::string, int> positions;  ///< from 0; where there is no such header
  std::vector<std::string> required;     ///< fields without which a row of text is no header
};

/// A second table whose fields are added to the rows of the first that agree in `key`.
struct JoinLayout {
  TableLayout table;
  std::vector<std::string> key, take;
};

/// One field made from another.
struct Derivation {
  std::string name, from;
  std::string match;      ///< regular expression for the whole value, case ignored; empty: anything
  std::string to;         ///< "{1}" is the first group, "{1:3}" the same with zeros in front to three digits; "{0}" all
  Fields map;             ///< then replaced by this, keys compared without case
  std::string otherwise;  ///< where neither fits; empty: an error. "{0}": the value itself
  std::string expected;   ///< for the message
};

/// A set of pictures of the same clips.
struct Variant {
  std::string name;
  std::vector<std::string> frames;  ///< path templates below the tree, the first that finds clips is used
  std::string nominal;              ///< path to write when there is no tree; empty: the first template
  Fields beside;           ///< further manifest column -> path from the frames, such as "../depth", written where it is
  bool sheet = true;       ///< false: clips are the folders themselves, and their pictures the interval
  bool video = false;      ///< a path leads to a video file
  std::string frame_base;  ///< empty: that of the data set
};

/// One sheet of a data set that comes in several, with what holds for all of its rows.
struct Source {
  std::vector<std::string> files;
  Fields set;
};

/// What to do with interval cells that contradict each other.
struct IntervalRules {
  std::vector<std::string> missing;  ///< cells that mean "no such frame"
  bool zero_offset_is_apex = false, zero_apex_is_missing = false, zero_onset_is_doubtful = false;
  bool clear_outside_apex = false, round_fractions = false;
  std::string source;  ///< of these rules, for the log
};

/// A known mistake in a sheet.
struct Correction {
  enum class When { always, contradictory, frames_missing };
  std::string subject, clip;
  std::optional<int> row;   ///< data row from 0, for mistakes that are known by row only; needs `rows`
  std::optional<int> rows;  ///< the sheet has so many data rows
  std::optional<int> raw_onset, raw_apex, raw_offset;
  std::optional<int> onset, apex, offset;
  When when = When::always;
  std::string reason, source;
};

/// Published counts. `counts` has the keys of DatasetCounts.
struct Expectation {
  std::string what;
  std::map<std::string, int> counts;
};

struct DatasetLayout {
  std::filesystem::path file;
  std::string name, title, summary;
  double fps = 0;  ///< 0: a column has it, or nobody knows
  std::string frame_base = "filename", modality;
  std::vector<Source> sources;
  bool first_source_only = false;  ///< the sources are alternatives, best first, not parts
  TableLayout table;
  std::vector<JoinLayout> joins;
  std::vector<std::pair<std::string, std::string>> more_intervals;  ///< further onset and offset fields of a row
  std::vector<std::string> one_hot;                                 ///< fields that hold 1 where that emotion is shown
  std::vector<Derivation> derive;
  std::vector<std::pair<std::string, std::string>> agree;  ///< fields that say the same; a warning where they do not
  std::string clip_id, video;                              ///< templates
  std::vector<std::string> output;                         ///< further fields written as manifest columns
  std::vector<Variant> variants;
  IntervalRules rules;
  std::vector<Correction> corrections;
  std::vector<Expectation> expect;  ///< alternatives: one of them should hold
  Expectation expect_soft;
  std::vector<std::string> composite_of;  ///< data sets it consists of; then nothing of the above but names and counts
  std::string composite_protocol;         ///< whose rule says which clips take part

  const Variant* find_variant(const std::string& variant) const;
};

/// configs/datasets/NAME.json. Throws ConfigError: unknown name (listing them), unknown key, wrong type.
DatasetLayout find_layout(const std::string& name);
DatasetLayout read_layout(const std::filesystem::path& file);

}  // namespace merkit::dataset
