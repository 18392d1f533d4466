#pragma once

#include "merkit/report/html_report.h"
#include "report/html/markup.h"
#include "report/html/run_summary.h"

namespace merkit::html {

// The parts of a run's account, in their order on the page.

/// Red where the figures must not be taken for what they seem: a leaky run, an unfinished one.
void stamps(Markup& page, const RunSummary& run);
void what_was_scored(Markup& page, const RunSummary& run);
void figures(Markup& page, const RunSummary& run);
void confusions(Markup& page, const RunSummary& run);
void people(Markup& page, const RunSummary& run);
void learning(Markup& page, const RunSummary& run);
void times(Markup& page, const RunSummary& run);
void worst_clips(Markup& page, const RunSummary& run, const HtmlReportOptions& options);
void provenance(Markup& page, const RunSummary& run);

}  // namespace merkit::html
