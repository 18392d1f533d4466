#include "merkit/data/annotated_video.h"

#include "core/text.h"
#include "data/manifest_row.h"
#include "merkit/core/files.h"
#include "merkit/data/csv.h"

#include <algorithm>
#include <set>

namespace fs = std::filesystem;

namespace merkit {
namespace {

/// "videos/s01_long.mp4" and "videos/s01_long/" are called s01_long.
std::string stem_of(const fs::path& path) {
  const fs::path plain = path.has_filename() ? path : path.parent_path();
  return plain.stem().string();
}

/// Takes the row into the video's events, or leaves it out.
void add_event(AnnotatedVideo& video, ManifestClip row) {
  if (row.offset == 0 && row.apex.value_or(0) > 0) {
    row.offset = row.apex;
    if (row.onset && *row.onset <= *row.offset) row.problem.reset();
  }
  if (row.onset == 0 || !row.onset || !row.offset || row.offset == 0) {
    ++video.left_out;
    return;
  }
  if (row.problem && !video.clip.problem) video.clip.problem = row.problem;
  video.events.push_back(std::move(row));
}

void sort_events(AnnotatedVideo& video) {
  std::stable_sort(video.events.begin(), video.events.end(), [](const ManifestClip& a, const ManifestClip& b) {
    return std::pair(*a.onset, *a.offset) < std::pair(*b.onset, *b.offset);
  });
}

void check_same_video(const ManifestClip& a, const ManifestClip& b) {
  const auto refuse = [&](const char* what) {
    throw InputError(
        "the rows " + a.clip_id + " and " + b.clip_id + " are of one video, " + a.source + ", but differ in " + what,
        "rows with the same frames tell of expressions in one video of one person");
  };
  if (a.dataset != b.dataset || a.subject != b.subject) refuse("who is seen");
  if (a.fps != b.fps) refuse("fps");
  if (a.frame_base != b.frame_base || a.pattern != b.pattern) refuse("how frames are counted");
}

/// Names of videos of several rows, which have no clip_id of their own.
void name_videos(std::vector<AnnotatedVideo>& videos, const std::vector<int>& rows_of) {
  std::set<std::string> taken;
  std::map<std::string, int> stems;
  for (std::size_t i = 0; i < videos.size(); ++i)
    if (rows_of[i] == 1)
      taken.insert(videos[i].clip.clip_id);
    else
      ++stems[stem_of(videos[i].clip.frames)];
  for (std::size_t i = 0; i < videos.size(); ++i) {
    if (rows_of[i] == 1) continue;
    ManifestClip& clip = videos[i].clip;
    const std::string stem = stem_of(clip.frames);
    const std::string name = stems[stem] > 1 || taken.count(stem) ? clip.subject + "_" + stem : stem;
    clip.clip_id = name;
    for (int n = 2; !taken.insert(clip.clip_id).second; ++n) clip.clip_id = name + "_" + std::to_string(n);
  }
}

/// The video that a row of a truth table names, or null.
AnnotatedVideo* find_video(std::vector<AnnotatedVideo>& videos, const CsvTable& table, std::size_t row) {
  const std::string name = trimmed(table.value(row, "video")), subject = trimmed(table.value(row, "subject")),
                    dataset = trimmed(table.value(row, "dataset"));
  AnnotatedVideo* found = nullptr;
  for (auto& video : videos) {
    const ManifestClip& clip = video.clip;
    if ((!subject.empty() && subject != clip.subject) || (!dataset.empty() && dataset != clip.dataset)) continue;
    if (name != clip.clip_id && stem_of(name) != clip.clip_id && stem_of(name) != stem_of(clip.frames)) continue;
    if (found)
      throw InputError(table.place(row) + ": \"" + name + "\" may be " + found->clip.source + " or " + clip.source,
                       "add the columns subject and dataset");
    found = &video;
  }
  return found;
}

/// A row of a truth table as one of the video's manifest.
ManifestClip event_row(const AnnotatedVideo& video, const CsvTable& table, std::size_t row) {
  ManifestRow fields;
  fields.place = table.place(row);
  fields.field_place = [&](const std::string& column) { return fields.place + ", column " + column; };
  for (const auto& column : table.columns()) fields.fields[column] = table.value(row, column);
  fields.fields["clip_id"] = "event";
  fields.fields["subject"] = "somebody";
  fields.fields["frames"] = "video";
  for (const char* of_video : {"features", "pattern", "frame_base", "fps"}) fields.fields.erase(of_video);
  const ManifestClip read = manifest_clip(fields, {});
  ManifestClip event = video.clip;
  event.onset = read.onset;
  event.apex = read.apex;
  event.offset = read.offset;
  event.emotion = read.emotion;
  event.other = read.other;
  event.problem = read.problem;
  return event;
}

}  // namespace

std::optional<ExpressionType> expression_type(const std::string& text) {
  const std::string kind = folded(text);
  if (kind == "micro" || kind == "me" || kind == "micro-expression" || kind.empty()) return ExpressionType::micro;
  if (kind == "macro" || kind == "mae" || kind == "macro-expression") return ExpressionType::macro;
  return std::nullopt;
}

std::string event_kind(const ManifestClip& row) {
  for (const char* column : {"type", "expression"})
    if (const auto found = row.other.find(column); found != row.other.end() && !found->second.empty())
      return folded(found->second);
  return "micro";
}

std::vector<AnnotatedVideo> videos_of(const std::vector<ManifestClip>& rows) {
  std::vector<AnnotatedVideo> videos;
  std::vector<int> rows_of;
  std::map<fs::path, std::size_t> at;
  for (const ManifestClip& row : rows) {
    const auto [place, is_new] =
        row.frames.empty() ? std::pair(at.end(), true) : at.emplace(row.frames.lexically_normal(), videos.size());
    const std::size_t position = is_new ? videos.size() : place->second;
    if (is_new) {
      videos.push_back({row, {}, 0});
      rows_of.push_back(0);
      ManifestClip& clip = videos.back().clip;
      clip.onset = clip.apex = clip.offset = std::nullopt;
      clip.emotion.clear();
      clip.problem.reset();
      if (clip.frames.empty())
        clip.problem = ClipError(Status::unsupported, "the row has a ready motion image and no frames to look through");
    } else {
      check_same_video(videos[position].clip, row);
    }
    ++rows_of[position];
    if (row.onset || row.offset) add_event(videos[position], row);
  }
  name_videos(videos, rows_of);
  for (auto& video : videos) sort_events(video);
  return videos;
}

int take_truth(std::vector<AnnotatedVideo>& videos, const fs::path& file) {
  const CsvTable table(read_file(file), file.string());
  for (const char* column : {"video", "onset", "offset"})
    if (!table.has(column))
      throw InputError(file.string() + ": there is no column \"" + column + "\"",
                       "expected video,onset,offset and perhaps apex,type,emotion,subject,dataset");
  for (auto& video : videos) {
    video.events.clear();
    video.left_out = 0;
    if (!video.clip.frames.empty()) video.clip.problem.reset();
  }
  std::size_t elsewhere = 0;
  for (std::size_t row = 0; row < table.size(); ++row)
    if (AnnotatedVideo* const video = find_video(videos, table, row)) {
      if (ManifestClip event = event_row(*video, table, row); event.onset || event.offset)
        add_event(*video, std::move(event));
    } else {
      ++elsewhere;
    }
  if (elsewhere == table.size())
    throw InputError(file.string() + " names none of the " + std::to_string(videos.size()) + " videos",
                     "its column video must hold their clip_id or file name");
  for (auto& video : videos) sort_events(video);
  return static_cast<int>(elsewhere);
}

}  // namespace merkit
