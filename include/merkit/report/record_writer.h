#pragma once

#include "merkit/core/label_set.h"
#include "merkit/report/provenance.h"
#include "merkit/report/records.h"

#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace merkit {

enum class RecordFormat { json, jsonl, csv };
const std::vector<std::string>& record_format_names();
RecordFormat record_format_from_string(std::string_view name);

struct RecordOptions {
  RecordFormat format = RecordFormat::json;
  std::string kind;     ///< "analysis", "spotting", "prediction", "alignment", "flow" or "explanation": the schema's
                        ///< name
  bool logits = false;  ///< predictions: include logits
  bool timing = false;  ///< analyses: include wall-clock seconds (equal runs then differ)
};

/// Writes records as they come, one per input, in one of three formats:
/// json: one document {schema, tool, command, config, ..., records: [...], summary}; jsonl: one record a line, each
/// with its schema and provenance; csv: a header and one row a record (analyses: one row an interval, at least one a
/// clip).
class RecordWriter {
 public:
  RecordWriter(std::ostream& out, RecordOptions options, Provenance provenance, LabelSet labels);
  ~RecordWriter();

  void write(const ClipAnalysis& analysis);
  void write(const PredictionRecord& record);
  void write(const FilesRecord& record);
  void write(const ExplanationRecord& record);

  /// Closes the document. `interrupted` is noted in the summary.
  void finish(bool interrupted = false);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// An interval that is told of while its clip is read, before the clip's record (schema merkit/interval/1): one line,
/// without its end. `read_s` is the time of the newest frame then. What the record says of it in the end may differ.
struct EarlyInterval {
  std::string clip_id, source;
  Detection detection;
  double read_s = 0;
};
std::string early_interval_line(const EarlyInterval& interval, const RecordOptions& options, const LabelSet& labels);

/// An explanation with where it comes from, as a document of its own.
std::string explanation_json(const ExplanationRecord& record, const Provenance& provenance, const LabelSet& labels);

}  // namespace merkit
