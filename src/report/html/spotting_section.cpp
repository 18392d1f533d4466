#include "report/html/spotting_section.h"

#include "report/html/tables.h"
#include "report/spotting_figures.h"

#include <fmt/format.h>

namespace merkit::html {
namespace {

void text_table(Markup& page, const TextTable& given) {
  std::vector<Column> columns;
  for (const auto& name : given.heading) columns.push_back({name, !columns.empty()});
  Table table(page, given.caption, columns);
  for (const auto& row : given.rows) table.row(row);
}

void people(Markup& page, const SpottingScores& scores) {
  if (scores.per_subject.empty()) return;
  Table table(page, "By person, all types", {{"person", false}, {"TP"}, {"FP"}, {"FN"}, {"micro F1"}, {"F1"}});
  for (const auto& [name, counts] : scores.per_subject)
    table.row({name, std::to_string(counts.overall.true_positives), std::to_string(counts.overall.false_positives),
               std::to_string(counts.overall.false_negatives), figure(counts.micro.f1), figure(counts.overall.f1)});
}

std::string frames_of(const VideoInterval* interval) {
  return interval ? fmt::format("{} to {}", interval->interval.onset, interval->interval.offset) : "";
}

void each_interval(Markup& page, const Evaluation::Spotting& spotting) {
  const auto details = page.inside("details");
  page.element("summary", "Each interval");
  Table table(page, "Frames, first and last",
              {{"video", false}, {"type", false}, {"predicted"}, {"true"}, {"IoU"}, {"verdict", false}});
  for (const auto& verdict : verdicts_of(spotting)) {
    const auto& [predicted, truth] = verdict;
    table.row({verdict.either().video, std::string(to_string(verdict.either().type)), frames_of(predicted),
               frames_of(truth), predicted && truth ? figure(iou(predicted->interval, truth->interval)) : "",
               verdict.name()});
  }
}

}  // namespace

void spotting(Markup& page, const Evaluation::Spotting& spotting, const std::string& heading) {
  const auto section = page.inside("section");
  page.element("h2", heading);
  for (const auto& sentence : spotting_sentences(spotting.scores)) page.element("p", sentence);
  for (const auto& table : spotting_tables(spotting.scores)) text_table(page, table);
  if (const auto& recognition = spotting.scores.recognition)
    confusion_table(page, "Confusions of what was spotted rightly", recognition->confusion,
                    recognition->labels.classes());
  people(page, spotting.scores);
  each_interval(page, spotting);
}

}  // namespace merkit::html
