#include "merkit/report/record_writer.h"

#include "merkit/data/csv.h"
#include "report/json/record_json.h"
#include "report/provenance.h"
#include "report/text/record_csv.h"

#include <map>
#include <ostream>

namespace merkit {

const std::vector<std::string>& record_format_names() {
  static const std::vector<std::string> names{"json", "jsonl", "csv"};
  return names;
}

RecordFormat record_format_from_string(std::string_view name) {
  for (std::size_t i = 0; i < record_format_names().size(); ++i)
    if (record_format_names()[i] == name) return static_cast<RecordFormat>(i);
  throw_unknown_name("format", name, record_format_names());
}

namespace {

std::string csv_line(const std::vector<std::string>& values) {
  std::string line;
  for (std::size_t i = 0; i < values.size(); ++i) line += (i ? "," : "") + csv_quoted(values[i]);
  return line + "\n";
}

/// `text` with two more spaces before every line.
std::string indented(const std::string& text, const std::string& by) {
  std::string result = by;
  for (const char c : text) {
    result += c;
    if (c == '\n') result += by;
  }
  return result;
}

}  // namespace

struct RecordWriter::Impl {
  std::ostream& out;
  RecordOptions options;
  nlohmann::ordered_json provenance;
  LabelSet labels;
  int records = 0;
  std::map<std::string, int> by_status;

  void begin() {
    if (options.format == RecordFormat::csv) out << csv_line(csv_columns(options, labels));
    if (options.format != RecordFormat::json) return;
    nlohmann::ordered_json head{{"schema", "merkit/" + options.kind + "-document/1"}};
    head.update(provenance);
    if (!labels.empty()) head["classes"] = labels.classes();
    const std::string text = head.dump(2);
    out << text.substr(0, text.size() - 2) << ",\n  \"records\": [";
  }

  void write(nlohmann::ordered_json record) {
    if (options.format == RecordFormat::jsonl) {
      record["provenance"] = provenance;
      out << record.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
    } else {
      out << (records ? ",\n" : "\n")
          << indented(record.dump(2, ' ', false, nlohmann::json::error_handler_t::replace), "    ");
    }
    count(record["status"].get<std::string>());
  }

  void write(const std::vector<std::vector<std::string>>& rows, Status status) {
    for (const auto& row : rows) out << csv_line(row);
    count(std::string(to_string(status)));
  }

  void count(const std::string& status) {
    ++records;
    ++by_status[status];
    out.flush();
  }
};

RecordWriter::RecordWriter(std::ostream& out, RecordOptions options, Provenance provenance, LabelSet labels)
    : impl_(new Impl{out, std::move(options), to_json(provenance), std::move(labels), 0, {}}) {
  impl_->begin();
}

RecordWriter::~RecordWriter() = default;

void RecordWriter::write(const ClipAnalysis& analysis) {
  if (impl_->options.format == RecordFormat::csv)
    impl_->write(csv_rows(analysis, impl_->options, impl_->labels), analysis.problem.status);
  else
    impl_->write(to_json(analysis, impl_->options, impl_->labels));
}

void RecordWriter::write(const PredictionRecord& record) {
  if (impl_->options.format == RecordFormat::csv)
    impl_->write(csv_rows(record, impl_->options, impl_->labels), record.problem.status);
  else
    impl_->write(to_json(record, impl_->options, impl_->labels));
}

void RecordWriter::write(const FilesRecord& record) {
  if (impl_->options.format == RecordFormat::csv)
    impl_->write(csv_rows(record), record.problem.status);
  else
    impl_->write(to_json(record, impl_->options));
}

void RecordWriter::write(const ExplanationRecord& record) {
  if (impl_->options.format == RecordFormat::csv)
    impl_->write(csv_rows(record, impl_->options, impl_->labels), record.problem.status);
  else
    impl_->write(to_json(record, impl_->labels));
}

void RecordWriter::finish(bool interrupted) {
  if (impl_->options.format != RecordFormat::json) return;
  nlohmann::ordered_json summary{{"records", impl_->records}};
  for (const auto& [status, count] : impl_->by_status) summary[status] = count;
  summary["interrupted"] = interrupted;
  impl_->out << (impl_->records ? "\n  " : "") << "],\n  \"summary\": " << summary.dump() << "\n}\n";
  impl_->out.flush();
}

}  // namespace merkit
