// The page of merkit report on runs over long videos.
#include "merkit/report/spotting_results.h"
#include "report/html/page.h"
#include "report/html/spotting_section.h"
#include "report/html/tables.h"

#include <cmath>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace merkit {
namespace {

using html::Markup;

struct ScoredRun {
  const SpottingDirectory& run;
  Evaluation::Spotting scored;

  std::string name() const {
    const SpottingPlan& plan = run.plan();
    return plan.recognizer.empty() ? plan.spotter : plan.spotter + " + " + plan.recognizer;
  }
};

std::string or_dash(const std::optional<double>& value, const char* form) {
  return value ? fmt::format(fmt::runtime(form), *value) : "-";
}

void comparison(Markup& page, const std::vector<ScoredRun>& runs) {
  html::Table table(page, "Figures of all runs",
                    {{"run", false},
                     {"micro F1"},
                     {"macro F1"},
                     {"F1"},
                     {"false alarms a minute"},
                     {"blinks taken"},
                     {"micro apex error, ms"},
                     {"UF1"},
                     {"STRS"}});
  for (const ScoredRun& run : runs) {
    const SpottingScores& s = run.scored.scores;
    table.row({run.name(), html::figure(s.micro.f1), html::figure(s.macro.f1), html::figure(s.overall.f1),
               or_dash(s.false_alarms_per_minute, "{:.2f}"),
               s.blinks ? fmt::format("{} of {}", s.blinks->taken, s.blinks->blinks) : "-",
               or_dash(s.micro_apex.mae_ms, "{:.0f}"), s.recognition ? html::figure(s.recognition->uf1) : "-",
               s.recognition ? html::figure(s.recognition->strs) : "-"});
  }
}

void seeds(Markup& page, const Evaluation::Spotting& scored) {
  if (scored.per_seed.size() < 2) return;
  html::Table table(page, "Each seed", {{"seed"}, {"micro F1"}, {"macro F1"}, {"F1"}});
  for (const auto& [seed, scores] : scored.per_seed)
    table.row({std::to_string(seed), html::figure(scores.micro.f1), html::figure(scores.macro.f1),
               html::figure(scores.overall.f1)});
}

void how_it_was_made(Markup& page, const SpottingPlan& plan) {
  const auto details = page.inside("details");
  page.element("summary", "Settings");
  page.element("p", fmt::format("{} videos of {} people, protocol {}, made by {}; fingerprint {}", plan.videos.size(),
                                plan.groups().size(), plan.protocol, plan.software, plan.fingerprint()));
  page.element("pre", plan.spotter_config);
  if (!plan.recognizer.empty()) page.element("pre", plan.recognizer_config);
}

}  // namespace

std::string spotting_runs_html(const std::vector<SpottingDirectory>& directories, const std::string& title,
                               const std::vector<std::string>& command) {
  std::vector<ScoredRun> runs;
  std::set<std::string> names;
  for (const SpottingDirectory& directory : directories) {
    runs.push_back({directory, score_spotting_run(directory)});
    names.insert(runs.back().name());
  }
  return html::whole_page(title.empty() ? fmt::format("{} on long videos", fmt::join(names, ", ")) : title,
                          "Leave-one-subject-out: what models of all other people found", command, [&](Markup& page) {
                            if (runs.size() > 1) comparison(page, runs);
                            for (const ScoredRun& run : runs) {
                              html::spotting(page, run.scored, run.name());
                              seeds(page, run.scored);
                              how_it_was_made(page, run.run.plan());
                            }
                          });
}

}  // namespace merkit
