#include "evaluation/stored_records.h"
#include "merkit/core/error.h"
#include "merkit/evaluation/predictions.h"

#include <algorithm>
#include <charconv>

namespace merkit {
namespace {

/// A string member, or an empty string where it is absent or null.
std::string text_of(const nlohmann::json& record, const char* key) {
  const auto found = record.find(key);
  return found != record.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::uint64_t seed_of(const CsvTable& table, std::size_t row) {
  const std::string text = table.has("seed") ? table.value(row, "seed") : "";
  std::uint64_t seed = 1;
  if (text.empty()) return seed;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (error != std::errc() || end != text.data() + text.size())
    throw InputError(table.place(row) + ": seed must be a whole number, got \"" + text + "\"");
  return seed;
}

}  // namespace

std::vector<StoredPrediction> read_predictions(const std::filesystem::path& file, std::vector<std::string>& classes) {
  const StoredRecords stored = StoredRecords::read(file);
  std::vector<StoredPrediction> predictions;
  if (stored.is_csv()) {
    const CsvTable& table = stored.table.front();
    for (const char* column : {"clip_id", "label_pred"})
      if (!table.has(column))
        throw InputError(file.string() + ": no column " + column, "merkit recognize --format csv writes such a table");
    classes.clear();
    for (const auto& column : table.columns())
      if (column.rfind("prob_", 0) == 0) classes.push_back(column.substr(5));
    for (std::size_t row = 0; row < table.size(); ++row) {
      const std::string status = table.has("status") ? table.value(row, "status") : "ok";
      predictions.push_back({table.value(row, "clip_id"), table.value(row, "dataset"), table.value(row, "subject"),
                             table.value(row, "label_true"), table.value(row, "label_pred"), status,
                             table.value(row, "seen_subject") == "true", seed_of(table, row),
                             table.value(row, "epoch_selection")});
    }
  } else {
    classes = stored.classes;
    for (const auto& record : stored.records) {
      if (!record.contains("label_pred")) throw InputError(file.string() + ": a record has no label_pred");
      if (classes.empty() && record.contains("scores") && record["scores"].is_object())
        for (const auto& [name, score] : record["scores"].items()) classes.push_back(name);
      predictions.push_back({text_of(record, "clip_id"), text_of(record, "dataset"), text_of(record, "subject"),
                             text_of(record, "label_true"), text_of(record, "label_pred"),
                             record.value("status", std::string("ok")), record.value("seen_subject", false),
                             record.value("seed", std::uint64_t{1}), text_of(record, "epoch_selection")});
    }
  }
  return predictions;
}

}  // namespace merkit
