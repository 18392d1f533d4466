#include "merkit/evaluation/evaluation.h"
#include "merkit/report/evaluation_report.h"
#include "report/html/page.h"
#include "report/html/spotting_section.h"
#include "report/html/tables.h"

namespace merkit {
namespace {

void recognition(html::Markup& page, const Evaluation::Recognition& r) {
  const auto section = page.inside("section");
  page.element("h2", "Recognition");
  if (r.is_leaky())
    page.element("p", "Those who are scored had a say in the model: these figures are too good.", {{"class", "stamp"}});
  {
    html::Table table(page, "Figures",
                      {{"clips", false}, {"n"}, {"UF1"}, {"UAR"}, {"accuracy"}, {"weighted F1"}, {"fold-mean F1"}});
    const auto row = [&](const std::string& name, const RecognitionMetrics& m) {
      table.row({name, std::to_string(m.n), html::figure(m.uf1), html::figure(m.uar), html::figure(m.accuracy),
                 html::figure(m.weighted_f1), html::figure(m.fold_mean_f1)});
    };
    row("all", r.metrics);
    if (r.per_dataset.size() > 1)
      for (const auto& [name, metrics] : r.per_dataset) row(name, metrics);
    row("always the commonest class", r.majority);
    row("guessing classes by their frequency", r.random_by_frequency);
    row("guessing classes evenly", r.random_even);
  }
  html::confusion_table(page, "Confusions", r.metrics.confusion, r.labels.classes());
}

}  // namespace

std::string evaluation_html(const Evaluation& evaluation, const std::vector<std::string>& command) {
  return html::whole_page("Evaluation", "Scores of predictions as they were given", command, [&](html::Markup& page) {
    if (evaluation.recognition) recognition(page, *evaluation.recognition);
    if (evaluation.spotting) html::spotting(page, *evaluation.spotting, "Spotting");
  });
}

}  // namespace merkit
