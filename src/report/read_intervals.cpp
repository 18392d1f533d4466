#include "merkit/core/error.h"
#include "merkit/report/records.h"
#include "report/stored_records.h"

#include <optional>

namespace merkit {
namespace {

/// micro and macro in the spellings of merkit, MEGC22 and the published sheets; anything else is another kind of event.
std::optional<ExpressionType> expression_type(const std::string& text) {
  if (text == "micro" || text == "me" || text == "micro-expression" || text.empty()) return ExpressionType::micro;
  if (text == "macro" || text == "mae" || text == "macro-expression") return ExpressionType::macro;
  return std::nullopt;
}

struct IntervalColumns {
  const char *video, *onset, *offset;
};

std::optional<IntervalColumns> interval_columns(const CsvTable& table) {
  static const IntervalColumns known[] = {
      {"vid", "pred_onset", "pred_offset"}, {"video", "onset", "offset"}, {"clip_id", "onset", "offset"}};
  for (const auto& columns : known)
    if (table.has(columns.video) && table.has(columns.onset) && table.has(columns.offset)) return columns;
  return std::nullopt;
}

/// "s01_long.mp4" and "s01_long" name one video: tables differ in whether they keep the extension.
std::string video_name(const std::string& text) { return std::filesystem::path(text).stem().string(); }

}  // namespace

bool holds_intervals(const std::filesystem::path& file) {
  const StoredRecords stored = StoredRecords::read(file);
  if (stored.is_csv())
    return interval_columns(stored.table.front()) &&
           !(stored.table.front().has("label_pred") && stored.table.front().has("label_true"));
  return !stored.records.empty() && stored.records.front().contains("intervals");
}

std::vector<VideoInterval> read_intervals(const std::filesystem::path& file) {
  const StoredRecords stored = StoredRecords::read(file);
  std::vector<VideoInterval> intervals;
  if (!stored.is_csv()) {
    for (const auto& record : stored.records) {
      if (!record.contains("intervals") || !record["intervals"].is_array())
        throw InputError(file.string() + ": a record has no list of intervals");
      for (const auto& entry : record["intervals"]) try {
          VideoInterval interval;
          interval.video = video_name(record.at("source").get<std::string>());
          interval.interval = {entry.at("onset").get<int>(), std::nullopt, entry.at("offset").get<int>()};
          interval.type = expression_type(entry.at("type").get<std::string>()).value_or(ExpressionType::micro);
          interval.score = entry.value("spot_confidence", 0.0);
          intervals.push_back(interval);
        } catch (const nlohmann::json::exception& error) {
          throw InputError(file.string() + ": an interval lacks onset, offset or type: " + error.what());
        }
    }
    return intervals;
  }
  const CsvTable& table = stored.table.front();
  const auto columns = interval_columns(table);
  if (!columns)
    throw InputError(file.string() + ": no columns for intervals",
                     "expected video,onset,offset or vid,pred_onset,pred_offset,type");
  for (std::size_t row = 0; row < table.size(); ++row) {
    // Manifests name the kind of expression in a column of that name.
    const auto type = expression_type(table.value(row, table.has("type") ? "type" : "expression"));
    const std::string onset = table.value(row, columns->onset), offset = table.value(row, columns->offset);
    if (!type || (onset.empty() && offset.empty())) continue;
    VideoInterval interval;
    interval.video = video_name(table.value(row, columns->video));
    interval.interval = {parse_int(onset, table.place(row), columns->onset), std::nullopt,
                         parse_int(offset, table.place(row), columns->offset)};
    if (!interval.interval.is_valid()) throw InputError(table.place(row) + ": the onset comes after the offset");
    interval.type = *type;
    const std::string score =
        table.has("spot_confidence") ? table.value(row, "spot_confidence") : table.value(row, "score");
    interval.score = score.empty() ? 0 : std::strtod(score.c_str(), nullptr);
    intervals.push_back(interval);
  }
  return intervals;
}

}  // namespace merkit
