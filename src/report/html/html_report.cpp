#include "merkit/report/html_report.h"

#include "merkit/core/error.h"
#include "report/html/page.h"
#include "report/html/sections.h"
#include "report/html/tables.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace merkit {
namespace {

using html::Markup;
using html::RunSummary;

std::string title_of(const std::vector<RunSummary>& runs, const HtmlReportOptions& options) {
  if (!options.title.empty()) return options.title;
  std::vector<std::string> methods;
  for (const RunSummary& run : runs)
    if (std::find(methods.begin(), methods.end(), run.plan.method) == methods.end()) methods.push_back(run.plan.method);
  return fmt::format("{} on {}", fmt::join(methods, ", "), runs.front().plan.protocol);
}

/// Two runs' figures are of the same task when the same clips have the same classes.
bool same_task(const RecognitionPlan& a, const RecognitionPlan& b) {
  const auto clips_of = [](const RecognitionPlan& plan) {
    std::set<std::string> clips;
    for (const PlannedClip& clip : plan.clips)
      clips.insert(clip.dataset + "/" + clip.subject + "/" + clip.id + " " + plan.classes[clip.label]);
    return clips;
  };
  return a.classes == b.classes && a.held_out == b.held_out && clips_of(a) == clips_of(b);
}

void comparison(Markup& page, const std::vector<RunSummary>& runs) {
  const auto section = page.inside("section");
  page.element("h2", "Comparison");
  html::comparison_table(page, runs);
  const bool comparable = std::all_of(runs.begin(), runs.end(),
                                      [&](const RunSummary& run) { return same_task(run.plan, runs.front().plan); });
  if (!comparable)
    page.element("p", "The runs differ in clips, classes or what is held out: their figures are not of the same task.",
                 {{"class", "stamp"}});
  const auto list = page.inside("ul");
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto item = page.inside("li");
    page.element("a", runs[i].name, {{"href", fmt::format("#run-{}", i + 1)}});
  }
}

void account(Markup& page, const RunSummary& run, std::size_t number, const HtmlReportOptions& options) {
  const auto article = page.inside("article", {{"id", fmt::format("run-{}", number)}});
  page.element("h2", run.name);
  html::stamps(page, run);
  html::what_was_scored(page, run);
  html::figures(page, run);
  html::confusions(page, run);
  html::people(page, run);
  html::learning(page, run);
  html::times(page, run);
  html::worst_clips(page, run, options);
  html::provenance(page, run);
}

}  // namespace

std::string html_report(const std::vector<RecognitionDirectory>& runs, const HtmlReportOptions& options) {
  if (runs.empty()) throw InputError("a report needs at least one run");
  std::vector<RunSummary> summaries;
  for (const RecognitionDirectory& run : runs) summaries.push_back(html::summarize(run, options.partial));
  const std::string title = title_of(summaries, options);

  return html::whole_page(title, "Leave-one-out evaluation of micro-expression recognition", options.command,
                          [&](Markup& page) {
                            if (summaries.size() > 1) comparison(page, summaries);
                            for (std::size_t i = 0; i < summaries.size(); ++i)
                              account(page, summaries[i], i + 1, options);
                          });
}

}  // namespace merkit
