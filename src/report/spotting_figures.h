#pragma once

#include "merkit/evaluation/evaluation.h"

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace merkit {

/// One interval and what became of it, as a line of the challenges' logs.
struct IntervalVerdict {
  const VideoInterval* predicted = nullptr;  ///< null: missed
  const VideoInterval* truth = nullptr;      ///< null: a false alarm
  const VideoInterval& either() const { return predicted ? *predicted : *truth; }
  const char* name() const { return predicted && truth ? "TP" : predicted ? "FP" : "FN"; }
};
/// The predicted ones that count, in their order, then those missed. They point into `spotting`.
std::vector<IntervalVerdict> verdicts_of(const Evaluation::Spotting& spotting);

/// The member "spotting" of an evaluation. Overlaps keep all their digits.
nlohmann::ordered_json spotting_json(const Evaluation::Spotting& spotting);

/// One line of the CSV form.
struct NamedFigure {
  std::string group, name;
  double value = 0;
};
std::vector<NamedFigure> spotting_figures(const SpottingScores& scores);

std::string spotting_markdown(const SpottingScores& scores);
/// tabulars for booktabs.
std::string spotting_latex(const SpottingScores& scores);

/// A table as texts; the first column heads the rows.
struct TextTable {
  std::string caption;
  std::vector<std::string> heading;
  std::vector<std::vector<std::string>> rows;
};
/// Counts and ratios; apexes and average precision; then each data set where there are several.
std::vector<TextTable> spotting_tables(const SpottingScores& scores);
/// Confusions of what was spotted rightly.
TextTable recognition_table(const SpottedRecognition& recognition);
/// What is said beside the tables, a sentence each: rules, false alarms, blinks, recognition.
std::vector<std::string> spotting_sentences(const SpottingScores& scores);

/// What LaTeX takes for commands, as text.
std::string latex_escaped(const std::string& text);

}  // namespace merkit
