#include "evaluation/stored_records.h"

#include "merkit/core/error.h"
#include "merkit/core/files.h"

#include <charconv>
#include <cmath>
#include <sstream>

namespace merkit {

StoredRecords StoredRecords::read(const std::filesystem::path& file) {
  StoredRecords result;
  result.origin = file.string();
  const std::string text = read_file(file);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) throw InputError(result.origin + ": the file is empty");
  if (text[first] != '{') {
    result.table.emplace_back(text, result.origin);
    return result;
  }
  auto document = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (document.is_object() && document.contains("records")) {
    if (!document["records"].is_array()) throw InputError(result.origin + ":/records is not a list");
    for (auto& record : document["records"]) result.records.push_back(std::move(record));
    if (document.contains("classes") && document["classes"].is_array())
      for (const auto& name : document["classes"])
        if (name.is_string()) result.classes.push_back(name);
  } else {
    std::istringstream lines(text);
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
      if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
      auto record = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
      if (record.is_discarded())
        throw InputError(result.origin + ":" + std::to_string(number) + ": not a JSON record",
                         "expected what merkit writes as json or jsonl, or a CSV table");
      // Told while a clip was read; the clip's own record has them.
      if (record.is_object() && record.value("schema", nlohmann::json()) == "merkit/interval/1") continue;
      result.records.push_back(std::move(record));
    }
  }
  for (std::size_t i = 0; i < result.records.size(); ++i)
    if (!result.records[i].is_object())
      throw InputError(result.origin + ": record " + std::to_string(i) + " is not a JSON object");
  return result;
}

int parse_int(const std::string& text, const std::string& place, const std::string& column) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    throw InputError(place + ": " + column + " must be a whole number, got \"" + text + "\"");
  return value;
}

double parse_number(const std::string& text, const std::string& place, const std::string& column) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    throw InputError(place + ": " + column + " must be a number, got \"" + text + "\"");
  return value;
}

}  // namespace merkit
