#pragma once

#include "merkit/core/label_set.h"
#include "merkit/core/prediction.h"
#include "merkit/core/weighted_region.h"
#include "merkit/evaluation/comparison.h"
#include "merkit/evaluation/metrics.h"
#include "merkit/evaluation/spotting_scores.h"
#include "merkit/pipeline/analyze.h"
#include "merkit/report/provenance.h"

#include <cstdint>
#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace merkit {

enum class RecordFormat { json, jsonl, csv };
const std::vector<std::string>& record_format_names();
RecordFormat record_format_from_string(std::string_view name);

/// One row of `merkit recognize`: a clip with a known interval and what was said of it.
struct PredictionRecord {
  std::string clip_id, dataset, subject, source;
  Interval interval;
  bool has_interval = true;  ///< false for ready motion images without one
  double fps = 0;
  std::string label_true;  ///< class name, empty if unknown
  std::optional<Prediction> prediction;
  ClipProblem problem;
  std::string model;
  bool seen_subject = false;  ///< the model was trained on this very person
  std::optional<int> fold;
  std::uint64_t seed = 1;
};

/// One row of `merkit align` and `merkit flow`: the files made of a clip.
struct FilesRecord {
  std::string clip_id, source;
  ClipProblem problem;
  int frames = 0, frames_with_face = 0;
  std::optional<Interval> interval;
  double mean_px = 0, max_px = 0;  ///< motion magnitude (flow)
  std::vector<std::string> files;
};

/// Size of a motion in pixels of the crop, within the hull of the face's landmarks and outside of it.
struct MotionSize {
  double face_mean_px = 0, face_p95_px = 0, elsewhere_mean_px = 0, elsewhere_p95_px = 0;
};

/// One row of `merkit explain`: what was said of a clip, why, and the pictures of it.
struct ExplanationRecord {
  struct Map {
    std::string name, file;
    double face_mean = 0, elsewhere_mean = 0;  ///< of its values, within the hull of the face and outside of it
  };
  std::string clip_id, dataset, subject, source, model;
  std::optional<Interval> interval;  ///< known once the clip has been read
  std::optional<Prediction> prediction;
  std::optional<MotionSize> learned, tvl1;
  std::vector<Map> maps;
  std::vector<WeightedRegion> regions;
  std::vector<std::string> files;
  ClipProblem problem;
};

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

/// A prediction read back from any of the three formats.
struct StoredPrediction {
  std::string clip_id, dataset, subject, label_true, label_pred, status;
  bool seen_subject = false;
  std::uint64_t seed = 1;
  std::string epoch_selection;  ///< as merkit loso writes it; empty when not known
};

/// Reads what RecordWriter wrote (kind "prediction"), or a CSV with at least clip_id, label_true and label_pred.
/// `classes` receives the class order if the file has one. Throws InputError naming file and line or record.
std::vector<StoredPrediction> read_predictions(const std::filesystem::path& file, std::vector<std::string>& classes);

/// The micro- and macro-expressions of read_interval_table(), predicted ones where it holds true ones, too.
std::vector<VideoInterval> read_intervals(const std::filesystem::path& file);

/// True if the file holds intervals rather than class predictions (decided by its columns or keys).
bool holds_intervals(const std::filesystem::path& file);

/// The evaluation document (schema merkit/evaluation/1).
struct Evaluation {
  struct Recognition {
    LabelSet labels;
    RecognitionMetrics metrics;
    MetricIntervals intervals;
    RecognitionMetrics majority;
    RecognitionMetrics random_by_frequency, random_even;  ///< expected figures of guessers
    std::vector<std::pair<std::string, RecognitionMetrics>> per_dataset;
    std::vector<std::pair<std::string, RecognitionMetrics>> per_subject;
    int excluded = 0;               ///< rows without prediction or truth
    std::vector<Outcome> outcomes;  ///< of all seeds, one after another
    int seen = 0;                   ///< rows of people that the model was trained on
    /// Figures of each seed; where there are several, those above are means over them, counts and confusion sums.
    std::vector<std::pair<std::uint64_t, RecognitionMetrics>> per_seed;
    std::string protocol = "predictions as given";
    std::string epoch_selection;  ///< "last" or what a run says; empty when not known
    /// Those who are scored had a say in the model.
    bool is_leaky() const { return seen > 0 || epoch_selection == "test-oracle"; }
    std::optional<RunComparison> comparison;
    std::string compared_with;  ///< as the user named it
  };
  struct Spotting {
    SpottingData data;
    SpottingScores scores;  ///< of the data
    /// Of a run of merkit loso: its protocol, and the scores of each seed; those above are of all seeds together, each
    /// video being there once a seed.
    std::string protocol = {};
    std::vector<std::pair<std::uint64_t, SpottingScores>> per_seed = {};
  };
  std::optional<Recognition> recognition;
  std::optional<Spotting> spotting;
};

/// Scores the outcomes of one or more seeds (not empty).
Evaluation::Recognition score_recognition(const std::map<std::uint64_t, std::vector<Outcome>>& outcomes,
                                          const LabelSet& labels);

/// Standard deviation of a figure over the seeds (n - 1); 0 for one seed.
double deviation_over_seeds(const Evaluation::Recognition& recognition, double RecognitionMetrics::*figure);

std::string evaluation_json(const Evaluation& evaluation, const Provenance& provenance);
std::string evaluation_csv(const Evaluation& evaluation);
/// A table of UF1, UAR, accuracy and weighted F1 (means and deviations where there are several seeds), of all clips,
/// each data set and the majority and random baselines, with the confusion matrix below; or of precision, recall and F1
/// of intervals.
std::string evaluation_markdown(const Evaluation& evaluation);
/// The same figures as a LaTeX tabular, for booktabs.
std::string evaluation_latex(const Evaluation& evaluation);
/// One self-contained page on spotted intervals, or, of classes, the figures and the confusion matrix; well-formed XML.
/// Runs of merkit loso have a page of their own, html_report().
std::string evaluation_html(const Evaluation& evaluation, const std::vector<std::string>& command);

/// Spotted intervals as MEGC22 or STRS table.
enum class SpottingTable { megc22, strs };
const std::vector<std::string>& spotting_table_names();
SpottingTable spotting_table_from_string(std::string_view name);
std::string spotting_table(SpottingTable table, const std::vector<ClipAnalysis>& analyses, const LabelSet& labels);

/// The per-frame curve of a clip: frame,time_s,signal,threshold.
std::string signal_csv(const SpottingSignal& signal);

/// OpenFace's column names: frame,face_id,timestamp,confidence,success,x_0..x_67,y_0..y_67, then pts,source_file.
std::string openface_header();
std::string openface_row(const Frame& frame, const AlignedFace& face, int face_id);

}  // namespace merkit
