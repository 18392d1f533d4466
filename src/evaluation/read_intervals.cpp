#include "core/text.h"
#include "evaluation/stored_records.h"
#include "merkit/core/error.h"
#include "merkit/data/annotated_video.h"
#include "merkit/evaluation/interval_tables.h"

#include <algorithm>
#include <optional>

namespace merkit {
namespace {

enum class Event { micro, macro, blink, other };

Event event_of(const std::string& text) {
  if (const auto type = expression_type(text)) return *type == ExpressionType::micro ? Event::micro : Event::macro;
  return folded(text) == "blink" ? Event::blink : Event::other;
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

/// A published spotter's record: true and predicted intervals side by side, the video in the first column.
bool is_record(const CsvTable& table) {
  return table.has("T_1") && table.has("T_2") && table.has("P_1") && table.has("P_2");
}

/// "s01_long.mp4" and "s01_long" name one video: tables differ in whether they keep the extension.
std::string video_name(const std::string& text) { return std::filesystem::path(text).stem().string(); }

/// The video of that name and subject; what is known of it already stays.
void mention(std::vector<ScoredVideo>& videos, const ScoredVideo& said) {
  const auto found = std::find_if(videos.begin(), videos.end(), [&](const ScoredVideo& known) {
    return known.video == said.video && known.subject == said.subject;
  });
  if (found == videos.end()) {
    videos.push_back(said);
    return;
  }
  if (found->dataset.empty()) found->dataset = said.dataset;
  if (found->fps == 0) found->fps = said.fps;
  if (found->duration_s == 0) found->duration_s = said.duration_s;
  found->failed = found->failed || said.failed;
}

void add(IntervalTable& table, Event event, VideoInterval interval, const std::string& place) {
  if (event == Event::other) return;
  if (interval.interval.offset < interval.interval.onset)
    throw InputError(place + ": the onset comes after the offset");
  if (!interval.interval.is_valid()) throw InputError(place + ": the apex lies outside of the interval");
  interval.type = event == Event::macro ? ExpressionType::macro : ExpressionType::micro;
  (event == Event::blink ? table.blinks : table.intervals).push_back(std::move(interval));
}

/// Of a row: the number in a column, 0 where there is none.
double number_in(const CsvTable& table, std::size_t row, const char* column) {
  const std::string& text = table.value(row, column);
  if (text.empty()) return 0;
  const double number = parse_number(text, table.place(row), column);
  if (number < 0) throw InputError(table.place(row) + ": " + column + " must not be negative, got \"" + text + "\"");
  return number;
}

ScoredVideo video_in(const CsvTable& table, std::size_t row, const char* column) {
  ScoredVideo video;
  video.video = video_name(table.value(row, column));
  if (video.video.empty()) throw InputError(table.place(row) + ": " + column + " is empty");
  video.dataset = table.value(row, "dataset");
  video.subject = table.value(row, "subject");
  video.fps = number_in(table, row, "fps");
  video.duration_s = number_in(table, row, "duration_s");
  const std::string& status = table.value(row, "status");
  video.failed = !status.empty() && status != to_string(Status::ok);
  return video;
}

void read_record(const CsvTable& csv, IntervalTable& table) {
  table.holds_truth = true;
  const std::string column = csv.columns().front();
  for (std::size_t row = 0; row < csv.size(); ++row) {
    const ScoredVideo video = video_in(csv, row, column.c_str());
    mention(table.videos, video);
    const auto interval = [&](const char* first, const char* last, std::vector<VideoInterval>& to) {
      const int onset = parse_int(csv.value(row, first), csv.place(row), first);
      const int offset = parse_int(csv.value(row, last), csv.place(row), last);
      if (onset < 0 && offset < 0) return;
      if (offset < onset) throw InputError(csv.place(row) + ": " + first + " comes after " + last);
      to.push_back({video.video, {onset, std::nullopt, offset}});
    };
    interval("T_1", "T_2", table.truth);
    interval("P_1", "P_2", table.intervals);
  }
}

void read_rows(const CsvTable& csv, const IntervalColumns& columns, IntervalTable& table) {
  for (std::size_t row = 0; row < csv.size(); ++row) {
    const ScoredVideo video = video_in(csv, row, columns.video);
    mention(table.videos, video);
    const std::string onset = csv.value(row, columns.onset), offset = csv.value(row, columns.offset);
    if (video.failed || (onset.empty() && offset.empty())) continue;
    VideoInterval interval;
    interval.video = video.video;
    interval.subject = video.subject;
    interval.interval.onset = parse_int(onset, csv.place(row), columns.onset);
    interval.interval.offset = parse_int(offset, csv.place(row), columns.offset);
    if (const std::string& apex = csv.value(row, "apex"); !apex.empty())
      interval.interval.apex = parse_int(apex, csv.place(row), "apex");
    const char* const score = csv.has("spot_confidence") ? "spot_confidence" : "score";
    if (const std::string& text = csv.value(row, score); !text.empty())
      interval.score = parse_number(text, csv.place(row), score);
    interval.emotion = csv.value(row, csv.has("label_pred") ? "label_pred" : "emotion");
    // Manifests name the kind of expression in a column of that name.
    add(table, event_of(csv.value(row, csv.has("type") ? "type" : "expression")), interval, csv.place(row));
  }
}

/// A member that may be absent or null.
template <class T>
T member(const nlohmann::json& object, const char* key, T otherwise) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? otherwise : found->get<T>();
}

void read_analysis(const nlohmann::json& record, IntervalTable& table) {
  if (!record.contains("intervals") || !record["intervals"].is_array())
    throw InputError(table.origin + ": a record has no list of intervals");
  ScoredVideo video;
  try {
    video.video = video_name(record.at("source").get<std::string>());
    video.fps = member(record, "fps", 0.0);
    video.duration_s = member(record, "duration_s", 0.0);
    video.failed = member(record, "status", std::string("ok")) != to_string(Status::ok);
  } catch (const nlohmann::json::exception& error) {
    throw InputError(table.origin + ": a record does not tell of its video: " + error.what());
  }
  mention(table.videos, video);
  for (const auto& entry : record["intervals"]) try {
      VideoInterval interval;
      interval.video = video.video;
      interval.interval = {entry.at("onset").get<int>(), std::nullopt, entry.at("offset").get<int>()};
      if (entry.contains("apex") && !entry["apex"].is_null()) interval.interval.apex = entry["apex"].get<int>();
      interval.score = member(entry, "spot_confidence", 0.0);
      interval.emotion = member(entry, "label_pred", std::string());
      add(table, event_of(entry.at("type").get<std::string>()), interval, table.origin + ": " + video.video);
    } catch (const nlohmann::json::exception& error) {
      throw InputError(table.origin + ": an interval lacks onset, offset or type: " + error.what());
    }
}

}  // namespace

bool holds_intervals(const std::filesystem::path& file) {
  const StoredRecords stored = StoredRecords::read(file);
  if (stored.is_csv()) {
    const CsvTable& table = stored.table.front();
    return is_record(table) || (interval_columns(table) && !(table.has("label_pred") && table.has("label_true")));
  }
  return !stored.records.empty() && stored.records.front().contains("intervals");
}

IntervalTable read_interval_table(const std::filesystem::path& file) {
  const StoredRecords stored = StoredRecords::read(file);
  IntervalTable table;
  table.origin = file.string();
  if (!stored.is_csv()) {
    for (const auto& record : stored.records) read_analysis(record, table);
    return table;
  }
  const CsvTable& csv = stored.table.front();
  if (is_record(csv)) {
    read_record(csv, table);
    return table;
  }
  const auto columns = interval_columns(csv);
  if (!columns)
    throw InputError(file.string() + ": no columns for intervals",
                     "expected video,onset,offset or vid,pred_onset,pred_offset,type");
  read_rows(csv, *columns, table);
  return table;
}

std::vector<VideoInterval> read_intervals(const std::filesystem::path& file) {
  return read_interval_table(file).intervals;
}

std::vector<ScoredVideo> read_videos(const std::filesystem::path& file) {
  const StoredRecords stored = StoredRecords::read(file);
  if (!stored.is_csv() || interval_columns(stored.table.front())) return read_interval_table(file).videos;
  const CsvTable& csv = stored.table.front();
  if (!csv.has("video"))
    throw InputError(file.string() + ": no column video",
                     "expected video and fps, frames, duration_s, dataset, subject");
  std::vector<ScoredVideo> videos;
  for (std::size_t row = 0; row < csv.size(); ++row) {
    ScoredVideo video = video_in(csv, row, "video");
    if (video.duration_s == 0 && video.fps > 0) video.duration_s = number_in(csv, row, "frames") / video.fps;
    mention(videos, video);
  }
  return videos;
}

}  // namespace merkit
