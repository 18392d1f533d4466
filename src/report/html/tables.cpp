#include "report/html/tables.h"

#include <cmath>
#include <numeric>

#include <fmt/format.h>

namespace merkit::html {
namespace {

constexpr double RecognitionMetrics::*kFigures[] = {&RecognitionMetrics::uf1, &RecognitionMetrics::uar,
                                                    &RecognitionMetrics::accuracy, &RecognitionMetrics::weighted_f1,
                                                    &RecognitionMetrics::fold_mean_f1};

const char* const kPlusMinus = " \xC2\xB1 ";  // U+00B1
const char* const kTo = "\xE2\x80\x93";       // U+2013

std::vector<Column> with_figures(std::vector<Column> columns) {
  for (const char* name : {"UF1", "UAR", "accuracy", "weighted F1", "fold-mean F1"}) columns.push_back({name});
  return columns;
}

std::vector<std::string> cells_of(const std::string& name, const RecognitionMetrics& metrics) {
  std::vector<std::string> cells{name, std::to_string(metrics.n)};
  for (const auto f : kFigures) cells.push_back(figure(metrics.*f));
  return cells;
}

std::string interval(const ConfidenceInterval& ends) { return figure(ends.low) + kTo + figure(ends.high); }

std::string share_text(double share) { return fmt::format("{:.0f} %", 100 * share); }

}  // namespace

std::string figure(double value) { return fmt::format("{:.4f}", value); }

std::string duration(double seconds) {
  if (seconds < 0.9995) return fmt::format("{:.0f} ms", 1000 * seconds);
  if (seconds < 59.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<long long>(std::llround(seconds));
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

Table::Table(Markup& page, const std::string& caption, const std::vector<Column>& columns)
    : page_(page),
      columns_(columns),
      frame_(page.inside("div", {{"class", "table"}, {"tabindex", "0"}, {"role", "region"}, {"aria-label", caption}})),
      table_(page.inside("table")) {
  page.element("caption", caption);
  const auto head = page.inside("thead");
  const auto line = page.inside("tr");
  for (const Column& column : columns)
    page.element("th", column.name, {{"scope", "col"}, {"class", column.number ? "number" : "name"}});
}

void Table::row(const std::vector<std::string>& cells, const std::string& kind) {
  const auto line = page_.inside("tr", {{"class", kind}});
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string set = columns_[i].number ? "number" : "name";
    if (i == 0)
      page_.element("th", cells[i], {{"scope", "row"}, {"class", set}});
    else
      page_.element("td", cells[i], {{"class", set}});
  }
}

void confusion_table(Markup& page, const std::string& caption, const ConfusionMatrix& confusion,
                     const std::vector<std::string>& classes) {
  const auto frame =
      page.inside("div", {{"class", "table"}, {"tabindex", "0"}, {"role", "region"}, {"aria-label", caption}});
  const auto table = page.inside("table", {{"class", "confusion"}});
  page.element("caption", caption);
  {
    const auto head = page.inside("thead");
    const auto line = page.inside("tr");
    page.element("th", "truth \xE2\x86\x93 said \xE2\x86\x92", {{"scope", "col"}});  // arrows down and right
    for (const auto& name : classes) page.element("th", name, {{"scope", "col"}, {"class", "number"}});
    page.element("th", "n", {{"scope", "col"}, {"class", "number"}});
  }
  for (std::size_t truth = 0; truth < classes.size(); ++truth) {
    const auto line = page.inside("tr");
    page.element("th", classes[truth], {{"scope", "row"}});
    const int n = std::accumulate(confusion[truth].begin(), confusion[truth].end(), 0);
    for (std::size_t said = 0; said < classes.size(); ++said) {
      const double share = n ? static_cast<double>(confusion[truth][said]) / n : 0;
      // At most 0.6 of the shade's colour, so that the ink stays readable on it.
      const auto cell =
          page.inside("td", {{"class", truth == said ? "shaded right" : "shaded"},
                             {"style", fmt::format("background:rgba(var(--shade),{:.2f})", 0.6 * share)}});
      page.text(std::to_string(confusion[truth][said]));
      page.element("small", n ? share_text(share) : "");
    }
    page.element("td", std::to_string(n), {{"class", "number"}});
  }
}

void summary_table(Markup& page, const RunSummary& run) {
  const auto& scores = run.scores;
  const bool several = scores.per_seed.size() > 1;
  Table table(page, "Figures over all clips, beside what needs no model",
              with_figures({{"", false}, {several ? "n x seeds" : "n"}}));
  std::vector<std::string> cells =
      cells_of(several ? "this run, mean" + std::string(kPlusMinus) + "sd over seeds" : "this run", scores.metrics);
  if (several)
    for (std::size_t i = 0; i < std::size(kFigures); ++i)
      cells[i + 2] += kPlusMinus + figure(deviation_over_seeds(scores, kFigures[i]));
  table.row(cells, "main");
  table.row({"95 % interval over people", "", interval(scores.intervals.uf1), interval(scores.intervals.uar),
             interval(scores.intervals.accuracy), "", ""},
            "faint");
  if (several)
    for (const auto& [seed, metrics] : scores.per_seed)
      table.row(cells_of("seed " + std::to_string(seed), metrics), "faint");
  table.row(cells_of("always the commonest class", scores.majority), "baseline");
  table.row(cells_of("guessing classes by their frequency", scores.random_by_frequency), "baseline");
  table.row(cells_of("guessing classes evenly", scores.random_even), "baseline");
}

void per_dataset_table(Markup& page, const RunSummary& run) {
  Table table(page, "Figures of each data set",
              with_figures({{"data set", false}, {run.scores.per_seed.size() > 1 ? "n x seeds" : "n"}}));
  for (const auto& [name, metrics] : run.scores.per_dataset) table.row(cells_of(name, metrics));
}

void per_class_table(Markup& page, const RunSummary& run) {
  Table table(page, "Figures of each class, from the pooled confusion matrix",
              {{"class", false}, {"n"}, {"times said"}, {"precision"}, {"recall"}, {"F1"}});
  for (const auto& score : run.scores.metrics.classes)
    table.row({score.name, std::to_string(score.count), std::to_string(score.predicted), figure(score.precision),
               figure(score.recall), figure(score.f1)});
}

void comparison_table(Markup& page, const std::vector<RunSummary>& runs) {
  Table table(page, "The runs side by side",
              {{"run", false},
               {"method", false},
               {"protocol", false},
               {"clips"},
               {"seeds"},
               {"UF1"},
               {"95 % interval"},
               {"UAR"},
               {"accuracy"},
               {"weighted F1"},
               {"time"}});
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const RunSummary& run = runs[i];
    const auto with_deviation = [&](double RecognitionMetrics::*f) {
      const std::string text = figure(run.scores.metrics.*f);
      return run.scores.per_seed.size() > 1 ? text + kPlusMinus + figure(deviation_over_seeds(run.scores, f)) : text;
    };
    double seconds = 0;
    for (const SeedTimes& times : run.times) seconds += times.total;
    // Beside the name, where a narrow page cannot hide it.
    const std::string stamp = std::string(run.leaky ? ": LEAKY" : "") + (run.missing.empty() ? "" : ": UNFINISHED");
    table.row({run.name + stamp, run.plan.method, run.plan.protocol, std::to_string(run.clips.size()),
               std::to_string(run.plan.seeds.size()), with_deviation(&RecognitionMetrics::uf1),
               interval(run.scores.intervals.uf1), with_deviation(&RecognitionMetrics::uar),
               with_deviation(&RecognitionMetrics::accuracy), with_deviation(&RecognitionMetrics::weighted_f1),
               duration(seconds)},
              stamp.empty() ? "" : "stamped");
  }
  for (const auto& [name, baseline] : {std::pair<const char*, RecognitionMetrics Evaluation::Recognition::*>{
                                           "always the commonest class", &Evaluation::Recognition::majority},
                                       {"guessing by frequency", &Evaluation::Recognition::random_by_frequency}}) {
    const RecognitionMetrics& m = runs.front().scores.*baseline;
    table.row(
        {std::string(name) + ", on the clips of " + runs.front().name, "", runs.front().plan.protocol,
         std::to_string(m.n), "", figure(m.uf1), "", figure(m.uar), figure(m.accuracy), figure(m.weighted_f1), ""},
        "baseline");
  }
}

}  // namespace merkit::html
