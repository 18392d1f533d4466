#include "merkit/evaluation/evaluation.h"
#include "merkit/report/evaluation_report.h"
#include "report/spotting_figures.h"

#include <fmt/format.h>

namespace merkit {
namespace {

/// One line of figures: what they are of, how many clips, and the figures as texts.
struct Line {
  std::string name;
  int n = 0;
  std::vector<std::string> figures;
};

constexpr double RecognitionMetrics::*kFigures[] = {&RecognitionMetrics::uf1, &RecognitionMetrics::uar,
                                                    &RecognitionMetrics::accuracy, &RecognitionMetrics::weighted_f1};
const char* const kFigureNames[] = {"UF1", "UAR", "accuracy", "weighted F1"};

Line line_of(const std::string& name, const RecognitionMetrics& metrics) {
  Line line{name, metrics.n, {}};
  for (const auto figure : kFigures) line.figures.push_back(fmt::format("{:.4f}", metrics.*figure));
  return line;
}

std::vector<Line> lines_of(const Evaluation::Recognition& r, const std::string& plus_minus) {
  std::vector<Line> lines{line_of("all", r.metrics)};
  if (r.per_seed.size() > 1)
    for (std::size_t i = 0; i < std::size(kFigures); ++i)
      lines[0].figures[i] += fmt::format("{}{:.4f}", plus_minus, deviation_over_seeds(r, kFigures[i]));
  if (r.per_dataset.size() > 1)
    for (const auto& [name, metrics] : r.per_dataset) lines.push_back(line_of(name, metrics));
  lines.push_back(line_of("always the commonest class", r.majority));
  lines.push_back(line_of("guessing classes by their frequency", r.random_by_frequency));
  lines.push_back(line_of("guessing classes evenly", r.random_even));
  return lines;
}

}  // namespace

std::string evaluation_markdown(const Evaluation& evaluation) {
  std::string text;
  if (evaluation.recognition) {
    const auto& r = *evaluation.recognition;
    text += "| | n |";
    for (const char* name : kFigureNames) text += fmt::format(" {} |", name);
    text += "\n|---|---|---|---|---|---|\n";
    for (const Line& line : lines_of(r, " +- "))
      text += fmt::format("| {} | {} | {} |\n", line.name, line.n, fmt::join(line.figures, " | "));
    text += "\n| truth \\ said | " + fmt::format("{}", fmt::join(r.labels.classes(), " | ")) + " |\n|---|";
    for (int c = 0; c < r.labels.size(); ++c) text += "---|";
    text += "\n";
    for (int c = 0; c < r.labels.size(); ++c)
      text += fmt::format("| {} | {} |\n", r.labels.name(c), fmt::join(r.metrics.confusion[c], " | "));
    if (r.comparison) {
      const RunComparison& c = *r.comparison;
      text += fmt::format(
          "\nAgainst {}: UF1 {:+.4f}, UAR {:+.4f}; {} clips only this one has right, {} only the other; McNemar p = "
          "{:.4g}, "
          "exchanging whole people p = {:.4g}.\n",
          r.compared_with, c.uf1_difference, c.uar_difference, c.only_first, c.only_second, c.mcnemar_p,
          c.permutation_p);
    }
  }
  if (evaluation.spotting) text += spotting_markdown(evaluation.spotting->scores);
  return text;
}

std::string evaluation_latex(const Evaluation& evaluation) {
  std::string text;
  if (evaluation.recognition) {
    text += "\\begin{tabular}{lrrrrr}\n\\toprule\n & $n$ & UF1 & UAR & Accuracy & Weighted F1 \\\\\n\\midrule\n";
    for (const Line& line : lines_of(*evaluation.recognition, " $\\pm$ "))
      text += fmt::format("{} & {} & {} \\\\\n", latex_escaped(line.name), line.n, fmt::join(line.figures, " & "));
    text += "\\bottomrule\n\\end{tabular}\n";
  }
  if (evaluation.spotting) text += spotting_latex(evaluation.spotting->scores);
  return text;
}

}  // namespace merkit
