#pragma once

#include "merkit/evaluation/evaluation.h"
#include "merkit/report/provenance.h"

#include <string>
#include <vector>

namespace merkit {

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

}  // namespace merkit
