#include "merkit/data/csv.h"
#include "merkit/report/evaluation_report.h"
#include "report/spotting_figures.h"
#include "report/text/csv_number.h"

namespace merkit {

std::string evaluation_csv(const Evaluation& evaluation) {
  std::string text = "group,name,value\n";
  const auto line = [&](const std::string& group, const std::string& name, double value) {
    text += csv_quoted(group) + "," + csv_quoted(name) + "," + csv_number(value) + "\n";
  };
  const auto metrics = [&](const std::string& group, const RecognitionMetrics& m) {
    line(group, "n", m.n);
    line(group, "uf1", m.uf1);
    line(group, "uar", m.uar);
    line(group, "accuracy", m.accuracy);
    line(group, "weighted_f1", m.weighted_f1);
    line(group, "fold_mean_f1", m.fold_mean_f1);
  };
  if (evaluation.recognition) {
    metrics("all", evaluation.recognition->metrics);
    for (const auto& [name, m] : evaluation.recognition->per_dataset) metrics(name, m);
    metrics("majority baseline", evaluation.recognition->majority);
    metrics("random baseline by frequency", evaluation.recognition->random_by_frequency);
    metrics("random baseline even", evaluation.recognition->random_even);
  }
  if (evaluation.spotting)
    for (const auto& [group, name, value] : spotting_figures(evaluation.spotting->scores)) line(group, name, value);
  return text;
}

}  // namespace merkit
