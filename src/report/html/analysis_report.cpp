#include "merkit/report/analysis_report.h"

#include "evaluation/stored_records.h"
#include "merkit/core/error.h"
#include "merkit/core/files.h"
#include "merkit/data/csv.h"
#include "report/html/page.h"
#include "report/html/signal_chart.h"
#include "report/html/tables.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace merkit {
namespace {

using html::Markup;
using nlohmann::json;

/// Half a megabyte each: of the surest intervals of a clip only.
constexpr std::size_t kMostPictures = 24;

/// A clip's record, and where its file is in which it stands.
struct StoredAnalysis {
  std::string origin;
  json record;
};

double number(const std::string& text, const std::string& place) try {
  return std::stod(text);
} catch (const std::exception&) {
  throw InputError(place + ": not a number: \"" + text + "\"");
}

SpottingSignal read_signal(const std::filesystem::path& file) {
  const CsvTable table(read_file(file), file.string());
  for (const char* column : {"frame", "time_s", "signal", "threshold"})
    if (!table.has(column))
      throw InputError(file.string() + " has no column " + column, "give the directory that --save-signal wrote");
  SpottingSignal signal;
  for (std::size_t row = 0; row < table.size(); ++row) {
    const std::string place = table.place(row);
    signal.frames.push_back(parse_int(table.value(row, "frame"), place, "frame"));
    signal.times_s.push_back(number(table.value(row, "time_s"), place));
    signal.values.push_back(number(table.value(row, "signal"), place));
    signal.threshold = number(table.value(row, "threshold"), place);
  }
  return signal;
}

/// Seconds at which a frame is shown: by its signal, else by the rate.
double time_of(int frame, const std::optional<SpottingSignal>& signal, double fps) {
  if (!signal || signal->frames.empty()) return fps > 0 ? frame / fps : 0;
  const auto found = std::lower_bound(signal->frames.begin(), signal->frames.end(), frame);
  const auto at = static_cast<std::size_t>(found - signal->frames.begin());
  return signal->times_s[std::min(at, signal->times_s.size() - 1)];
}

std::string span_text(const std::string& what, const Interval& interval) {
  return fmt::format("{}, frames {} to {}", what, interval.onset, interval.offset);
}

html::SignalChart chart_of(const json& record, const AnalysisReportOptions& options) {
  html::SignalChart chart;
  const std::string id = record.at("clip_id");
  const double fps = record.at("fps"), frame_s = fps > 0 ? 1 / fps : 0;
  chart.title = "Signal of " + id;
  chart.duration_s = std::max(record.at("duration_s").get<double>(), frame_s);
  if (const auto file = options.signals / (id + ".csv"); !options.signals.empty() && std::filesystem::exists(file))
    chart.signal = read_signal(file);
  if (!chart.signal) chart.title = "Intervals in " + id;
  for (const auto& found : record.at("intervals")) {
    const bool micro = found.at("type") == "micro";
    chart.found.push_back({found.at("onset_s"), found.at("offset_s").get<double>() + frame_s,
                           micro ? ExpressionType::micro : ExpressionType::macro,
                           span_text(found.at("type"), {found.at("onset"), std::nullopt, found.at("offset")})});
  }
  if (options.truth) {
    chart.truth.emplace();
    const std::string stem = std::filesystem::path(record.at("source").get<std::string>()).stem().string();
    for (const VideoInterval& known : *options.truth)
      if (known.video == id || known.video == stem)
        chart.truth->push_back({time_of(known.interval.onset, chart.signal, fps),
                                time_of(known.interval.offset, chart.signal, fps) + frame_s, known.type,
                                span_text("true " + std::string(to_string(known.type)), known.interval)});
  }
  // Between the stretches in which the face was seen. Records of before these were kept say nothing of it.
  const auto spans = record.at("face").value("spans", json::array());
  double seen_to = 0;
  for (const auto& span : spans) {
    const double from = time_of(span.at("first"), chart.signal, fps);
    if (from - seen_to > 1.5 * frame_s) chart.without_face.push_back({seen_to, from - frame_s / 2, {}, "no face"});
    seen_to = time_of(span.at("last"), chart.signal, fps) + frame_s / 2;
  }
  if (!spans.empty() && chart.duration_s - seen_to > 1.5 * frame_s)
    chart.without_face.push_back({seen_to, chart.duration_s, {}, "no face"});
  return chart;
}

void term(Markup& page, const std::string& name, const std::string& text) {
  const auto pair = page.inside("div");
  page.element("dt", name);
  page.element("dd", text);
}

void intervals_table(Markup& page, const json& record) {
  const auto& intervals = record.at("intervals");
  const bool named = record.contains("model");
  std::vector<html::Column> columns{{"number"}, {"type", false}, {"onset"}, {"apex"}, {"offset"}, {"spot confidence"}};
  if (named) columns.insert(columns.end(), {{"class", false}, {"probability"}});
  html::Table table(
      page, fmt::format("Intervals found in {}: seconds, frames", record.at("clip_id").get<std::string>()), columns);
  const auto moment = [](const json& interval, const char* frame, const char* time_s) {
    return interval.at(frame).is_number()
               ? fmt::format("{:.2f} s, {}", interval.at(time_s).get<double>(), interval.at(frame).get<int>())
               : std::string("-");
  };
  int count = 0;
  for (const auto& interval : intervals) {
    std::vector<std::string> cells{std::to_string(++count),
                                   interval.at("type"),
                                   moment(interval, "onset", "onset_s"),
                                   moment(interval, "apex", "apex_s"),
                                   moment(interval, "offset", "offset_s"),
                                   fmt::format("{:.2f}", interval.at("spot_confidence").get<double>())};
    if (named) {
      const bool known = interval.at("label_pred").is_string();
      cells.push_back(known ? interval.at("label_pred").get<std::string>() : "-");
      cells.push_back(known ? html::figure(interval.at("confidence")) : "-");
    }
    table.row(cells);
  }
}

void pictures(Markup& page, const json& record, const std::filesystem::path& directory) {
  const std::string id = record.at("clip_id");
  std::vector<double> confidences;
  for (const auto& interval : record.at("intervals")) confidences.push_back(interval.at("spot_confidence"));
  std::sort(confidences.rbegin(), confidences.rend());
  const double least = confidences[std::min(confidences.size(), kMostPictures) - 1];
  const auto grid = page.inside("div", {{"class", "apexes"}});
  int count = 0;
  for (const auto& interval : record.at("intervals")) {
    ++count;
    const auto file = directory / (id + "_" + std::to_string(interval.at("onset").get<int>()) + ".png");
    if (interval.at("spot_confidence").get<double>() < least || !std::filesystem::exists(file)) continue;
    const auto figure = page.inside("figure");
    const std::string caption = fmt::format("{}: {}, apex {:.2f} s", count, interval.at("type").get<std::string>(),
                                            interval.at("apex_s").get<double>());
    page.empty_element(
        "img", {{"src", html::png_address(read_file(file))}, {"alt", caption + ": onset, apex, motion, strain"}});
    page.element("figcaption", caption);
  }
}

void account(Markup& page, const json& record, const AnalysisReportOptions& options) {
  const auto article = page.inside("article");
  const std::string id = record.at("clip_id"), status = record.at("status");
  page.element("h2", id);
  if (status != "ok") {
    const auto stamp = page.inside("p", {{"class", "stamp"}, {"role", "note"}});
    page.text(status + ": " + record.at("error").at("message").get<std::string>());
  }
  const auto& face = record.at("face");
  {
    const auto list = page.inside("dl");
    term(page, "Source", record.at("source"));
    term(page, "Length",
         fmt::format("{} at {:.4g} frames/s, {} frames", html::duration(record.at("duration_s")),
                     record.at("fps").get<double>(), record.at("frames").get<int>()));
    const int poses = face.at("segments");
    term(page, "Face",
         fmt::format("in {} frames, {} reference pose{}", face.at("frames").get<int>(), poses, poses == 1 ? "" : "s"));
    term(page, "Spotter", record.at("spotter"));
    if (record.contains("model")) term(page, "Model", record.at("model"));
  }
  if (record.at("duration_s").get<double>() <= 0) return;
  html::signal_chart(page, chart_of(record, options));
  if (record.at("intervals").empty()) {
    page.element("p", "No expression was found.", {{"class", "note"}});
    return;
  }
  intervals_table(page, record);
  if (!options.pictures.empty()) pictures(page, record, options.pictures);
}

std::string title_of(const std::vector<StoredAnalysis>& clips) {
  std::set<std::string> spotters;
  for (const StoredAnalysis& clip : clips) spotters.insert(clip.record.value("spotter", ""));
  return fmt::format("Expressions found by {} in {} clip{}", fmt::join(spotters, ", "), clips.size(),
                     clips.size() == 1 ? "" : "s");
}

}  // namespace

bool holds_analyses(const std::filesystem::path& file) {
  const StoredRecords stored = StoredRecords::read(file);
  return !stored.is_csv() && !stored.records.empty() &&
         std::all_of(stored.records.begin(), stored.records.end(),
                     [](const json& record) { return record.contains("intervals") && record.contains("spotter"); });
}

std::string analysis_report(const std::vector<std::filesystem::path>& files, const AnalysisReportOptions& options) {
  std::vector<StoredAnalysis> clips;
  for (const auto& file : files) {
    if (!holds_analyses(file))
      throw InputError(file.string() + " holds no analyses",
                       "expected what merkit run or merkit spot writes as json or jsonl");
    for (auto& record : StoredRecords::read(file).records) clips.push_back({file.string(), std::move(record)});
  }
  if (clips.empty()) throw InputError("a report needs at least one analysis");
  return html::whole_page(options.title.empty() ? title_of(clips) : options.title, "What spotting found, clip by clip",
                          options.command, [&](Markup& page) {
                            for (const StoredAnalysis& clip : clips) try {
                                account(page, clip.record, options);
                              } catch (const json::exception& error) {
                                throw InputError(clip.origin + ": a record is not complete: " + error.what());
                              }
                          });
}

}  // namespace merkit
