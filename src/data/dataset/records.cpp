#include "data/dataset/records.h"

#include "data/dataset/text.h"
#include "merkit/core/error.h"

#include <algorithm>

namespace fs = std::filesystem;

namespace merkit::dataset {
namespace {

std::string column_of(const Record& record, const std::string& field) {
  const auto found = record.table->column_names.find(field);
  return found == record.table->column_names.end() ? field : found->second;
}

void derive(const DatasetLayout& layout, Record& record) {
  for (const auto& rule : layout.derive) {
    const std::string value = record.field(rule.from);
    if (value.empty()) continue;
    const auto result = derived(rule, value);
    if (!result) {
      record.problem = column_of(record, rule.from) + ": expected " +
                       (rule.expected.empty() ? "another value" : rule.expected) + ", got \"" + value + "\"";
      return;
    }
    // A few rows spelt unlike the others are worth a line in the log; ids are rewritten for every row.
    if (rule.name == rule.from && rule.match.empty() && rule.otherwise == "{0}" && *result != value)
      record.repairs.push_back({"", rule.name, value, *result, "one spelling for one label", "merkit"});
    record.row.fields[rule.name] = *result;
  }
}

void read_one_hot(const DatasetLayout& layout, Record& record) {
  std::string shown;
  int count = 0;
  for (const auto& field : layout.one_hot) {
    const std::string& value = record.field(field);
    if (value != "1") continue;
    shown += (count++ ? ";" : "") + field;
  }
  if (count == 0) return;
  record.row.fields["emotion_multi"] = shown;
  if (record.field("emotion").empty() && count == 1) record.row.fields["emotion"] = shown;
}

void complete(const DatasetLayout& layout, Record& record) {
  derive(layout, record);
  read_one_hot(layout, record);
  for (const char* field : {"subject", "clip"})
    if (record.problem.empty() && record.field(field).empty())
      record.problem = column_of(record, field) + " is blank, expected a value";
}

/// Takes the fields of a second table over where the keys agree.
void join(const JoinLayout& layout, const DatasetLayout& dataset, const fs::path& file, std::vector<Record>& records) {
  const auto key_of = [&](const Record& record) {
    std::string key;
    for (const auto& field : layout.key) key += folded(record.field(field)) + "\n";
    return key;
  };
  const auto table = std::make_shared<const SheetTable>(read_sheet(file, layout.table));
  std::map<std::string, Fields> by_key;
  for (const auto& row : table->rows) {
    Record other{table, row, {}, {}, {}, {}};
    derive(dataset, other);
    by_key[key_of(other)] = other.row.fields;
  }
  for (auto& record : records) {
    const auto found = by_key.find(key_of(record));
    if (found == by_key.end()) continue;
    for (const auto& field : layout.take)
      if (found->second.count(field) && record.field(field).empty()) record.row.fields[field] = found->second.at(field);
  }
}

/// The row once for each of its intervals, `onset` and `offset` holding that interval's cells.
std::vector<SheetRow> split(const DatasetLayout& layout, const SheetRow& row) {
  std::vector<SheetRow> rows{row};
  for (const auto& [onset, offset] : layout.more_intervals) {
    const auto first = row.fields.find(onset), last = row.fields.find(offset);
    if (first == row.fields.end() || last == row.fields.end()) continue;
    if (first->second == "0" && last->second == "0") continue;
    SheetRow further = row;
    further.fields["onset"] = first->second;
    further.fields["offset"] = last->second;
    rows.push_back(further);
  }
  return rows;
}

}  // namespace

const std::string& Record::field(const std::string& name) const {
  static const std::string nothing;
  const auto found = row.fields.find(name);
  return found == row.fields.end() ? nothing : found->second;
}

Tables read_tables(const DatasetLayout& layout, const DatasetRequest& request) {
  Tables result;
  const auto add = [&](const fs::path& file, const Source& source) {
    result.tables.push_back(std::make_shared<const SheetTable>(read_sheet(file, layout.table)));
    result.constants.push_back(source.set);
  };
  const fs::path given = !request.sheet.empty()              ? request.sheet
                         : fs::is_regular_file(request.from) ? request.from
                                                             : fs::path();
  if (!given.empty()) {
    const auto fits = [&](const Source& source) {
      return std::any_of(source.files.begin(), source.files.end(),
                         [&](const std::string& pattern) { return fits_pattern(given.filename().string(), pattern); });
    };
    const auto source = std::find_if(layout.sources.begin(), layout.sources.end(), fits);
    add(given, source == layout.sources.end() ? layout.sources.front() : *source);
  } else {
    for (const auto& source : layout.sources) {
      if (layout.first_source_only && !result.tables.empty()) break;
      if (const fs::path file = find_sheet(request.from, source.files); !file.empty()) add(file, source);
    }
  }
  if (!fs::is_regular_file(request.from))
    for (const auto& join : layout.joins) result.joined_files.push_back(find_sheet(request.from, join.table.files));
  return result;
}

std::vector<Record> records_of(const DatasetLayout& layout, const Tables& tables) {
  std::vector<Record> records;
  for (std::size_t t = 0; t < tables.tables.size(); ++t)
    for (const auto& sheet_row : tables.tables[t]->rows)
      for (const auto& row : split(layout, sheet_row)) {
        Record record{tables.tables[t], row, {}, {}, {}, {}};
        for (const auto& [field, value] : tables.constants[t]) record.row.fields[field] = value;
        complete(layout, record);
        records.push_back(std::move(record));
      }
  for (std::size_t i = 0; i < tables.joined_files.size(); ++i)
    if (!tables.joined_files[i].empty()) join(layout.joins[i], layout, tables.joined_files[i], records);
  return records;
}

std::vector<Record> records_of(const DatasetLayout& layout, const Variant& variant, Tree& tree) {
  const auto folders = std::make_shared<const SheetTable>();
  for (const auto& pattern : variant.frames) {
    std::vector<Record> records;
    for (const auto& match : tree.find(pattern, {}, variant.video)) {
      Record record{folders, {match.fields, match.path.generic_string(), 0}, match, {}, {}, {}};
      complete(layout, record);
      records.push_back(std::move(record));
    }
    if (!records.empty()) return records;
  }
  return {};
}

}  // namespace merkit::dataset
