#pragma once

#include "report/html/markup.h"
#include "report/html/run_summary.h"

#include <string>
#include <vector>

namespace merkit::html {

/// A figure in 0..1 as every table shows it: four decimals.
std::string figure(double value);

/// "1.3 s", "2 min 5 s", "1 h 2 min".
std::string duration(double seconds);

/// A column's heading, and whether its cells are numbers, which are set to the right.
struct Column {
  std::string name;
  bool number = true;
};

/// A table that scrolls by itself where the page is too narrow, open as long as this lives.
class Table {
 public:
  Table(Markup& page, const std::string& caption, const std::vector<Column>& columns);

  /// The first cell heads the row. `kind` is a class of the style sheet, or empty.
  void row(const std::vector<std::string>& cells, const std::string& kind = {});

 private:
  Markup& page_;
  std::vector<Column> columns_;
  Markup::Scope frame_, table_;
};

/// Counts and shares of each row, shaded by share.
void confusion_table(Markup& page, const std::string& caption, const ConfusionMatrix& confusion,
                     const std::vector<std::string>& classes);

/// The run's figures with deviation and interval, its seeds, and the baselines.
void summary_table(Markup& page, const RunSummary& run);

void per_dataset_table(Markup& page, const RunSummary& run);
void per_class_table(Markup& page, const RunSummary& run);

/// One line a run.
void comparison_table(Markup& page, const std::vector<RunSummary>& runs);

}  // namespace merkit::html
