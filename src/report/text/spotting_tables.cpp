#include "report/spotting_figures.h"

#include <fmt/format.h>

namespace merkit {
namespace {

std::string decimals(double value) { return fmt::format("{:.4f}", value); }
std::string decimals_or_none(const std::optional<double>& value, const char* form) {
  return value ? fmt::format(form, *value) : "-";
}

std::vector<std::string> counts_row(const std::string& name, const SpottingMetrics& m) {
  return {name,
          std::to_string(m.true_positives),
          std::to_string(m.false_positives),
          std::to_string(m.false_negatives),
          decimals(m.precision),
          decimals(m.recall),
          decimals(m.f1)};
}

std::vector<std::string> apex_row(const std::string& name, const ApexScores& apex, const AveragePrecision& precision) {
  return {name,
          decimals(apex.rate),
          decimals_or_none(apex.mae_frames, "{:.2f}"),
          decimals_or_none(apex.mae_ms, "{:.1f}"),
          decimals(precision.at_50),
          decimals(precision.at_50_95)};
}

/// With that of recognition, where there is one.
std::vector<TextTable> all_tables(const SpottingScores& scores) {
  std::vector<TextTable> tables = spotting_tables(scores);
  if (scores.recognition) tables.push_back(recognition_table(*scores.recognition));
  return tables;
}

const std::vector<std::string> kCounts{"", "TP", "FP", "FN", "precision", "recall", "F1"};

std::string line_of(const std::vector<std::string>& cells) { return fmt::format("| {} |\n", fmt::join(cells, " | ")); }

}  // namespace

std::vector<TextTable> spotting_tables(const SpottingScores& s) {
  std::vector<TextTable> tables{
      {"Intervals",
       kCounts,
       {counts_row("micro", s.micro), counts_row("macro", s.macro), counts_row("overall", s.overall)}},
      {"Apexes, and average precision over the recalls",
       {"", "apexes spotted", "apex error (frames)", "apex error (ms)", "AP 0.5", "AP 0.5:0.95"},
       {apex_row("micro", s.micro_apex, s.micro_ap), apex_row("macro", s.macro_apex, s.macro_ap),
        apex_row("overall", s.apex, s.map)}}};
  if (s.per_dataset.size() > 1) {
    TextTable datasets{"By data set", kCounts, {}};
    for (const auto& [name, counts] : s.per_dataset) {
      datasets.rows.push_back(counts_row(name + ", micro", counts.micro));
      datasets.rows.push_back(counts_row(name + ", macro", counts.macro));
      datasets.rows.push_back(counts_row(name, counts.overall));
    }
    tables.push_back(datasets);
  }
  return tables;
}

TextTable recognition_table(const SpottedRecognition& recognition) {
  TextTable confusion{"Confusions of what was spotted rightly", {"truth \\ said"}, {}};
  for (const auto& name : recognition.labels.classes()) confusion.heading.push_back(name);
  for (int c = 0; c < recognition.labels.size(); ++c) {
    confusion.rows.push_back({recognition.labels.name(c)});
    for (const int count : recognition.confusion[static_cast<std::size_t>(c)])
      confusion.rows.back().push_back(std::to_string(count));
  }
  return confusion;
}

std::vector<std::string> spotting_sentences(const SpottingScores& s) {
  std::vector<std::string> sentences{
      fmt::format("Rules {}: {} matching at IoU {}; {} videos, {} without an expression{}{}.", s.rules.name,
                  to_string(s.rules.matching), s.rules.min_iou, s.videos, s.videos_without_expression,
                  s.videos_failed ? fmt::format(", {} that could not be read", s.videos_failed) : "",
                  s.dropped ? fmt::format("; {} predictions do not count", s.dropped) : "")};
  if (s.minutes)
    sentences.push_back(fmt::format("{:.2f} false alarms a minute ({:.2f} of them micro) in {:.1f} minutes.",
                                    *s.false_alarms_per_minute, *s.micro_false_alarms_per_minute, *s.minutes));
  if (s.blinks)
    sentences.push_back(fmt::format("{} of {} blinks are taken for expressions.", s.blinks->taken, s.blinks->blinks));
  if (s.recognition) {
    const SpottedRecognition& r = *s.recognition;
    sentences.push_back(
        fmt::format("Recognition of {} of the true positives{}{}: F1 {:.4f} (precision {:.4f}, recall {:.4f}), UF1 "
                    "{:.4f}, UAR {:.4f}; STRS {:.4f}.",
                    r.n, r.without_class ? fmt::format(" ({} have no class)", r.without_class) : "",
                    r.other_emotions ? fmt::format(", {} said to be of no class", r.other_emotions) : "", r.f1,
                    r.precision, r.recall, r.uf1, r.recall, r.strs));
  }
  return sentences;
}

std::string spotting_markdown(const SpottingScores& scores) {
  std::string text;
  for (const TextTable& table : all_tables(scores)) {
    text += line_of(table.heading) + "|";
    for (std::size_t column = 0; column < table.heading.size(); ++column) text += "---|";
    text += "\n";
    for (const auto& row : table.rows) text += line_of(row);
    text += "\n";
  }
  for (const auto& sentence : spotting_sentences(scores)) text += sentence + "\n";
  return text;
}

std::string spotting_latex(const SpottingScores& scores) {
  const auto line = [](const std::vector<std::string>& cells) {
    std::string text;
    for (const auto& cell : cells) text += (&cell == &cells.front() ? "" : " & ") + latex_escaped(cell);
    return text + " \\\\\n";
  };
  std::string text;
  for (const TextTable& table : all_tables(scores)) {
    text += "\\begin{tabular}{l" + std::string(table.heading.size() - 1, 'r') + "}\n\\toprule\n" + line(table.heading) +
            "\\midrule\n";
    for (const auto& row : table.rows) text += line(row);
    text += "\\bottomrule\n\\end{tabular}\n";
  }
  for (const auto& sentence : spotting_sentences(scores)) text += "% " + sentence + "\n";
  return text;
}

std::string latex_escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '\\') {
      result += "\\textbackslash{}";
      continue;
    }
    if (std::string("_&%$#{}").find(c) != std::string::npos) result += '\\';
    result += c;
  }
  return result;
}

}  // namespace merkit
