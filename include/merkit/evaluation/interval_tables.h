#pragma once

#include "merkit/evaluation/spotting_scores.h"

#include <filesystem>
#include <string>
#include <vector>

namespace merkit {

/// What a file says of intervals in videos. `subject` goes with each interval where the file has it.
struct IntervalTable {
  std::string origin;  ///< the file, for messages
  std::vector<VideoInterval> intervals;
  std::vector<VideoInterval> blinks;
  std::vector<VideoInterval> truth;  ///< of a record that holds true and predicted intervals: the true ones
  bool holds_truth = false;          ///< it is such a record
  std::vector<ScoredVideo> videos;   ///< all that it mentions, each once for each subject
};

/// Reads an analysis (json, jsonl, csv), an MEGC22 table (vid,pred_onset,pred_offset,type), an STRS table
/// (subject,video,onset,offset,emotion), a record of a published spotter (T_1,T_2,P_1,P_2 and the video in a column
/// without a name; -1 for what is not there), or any CSV with video, onset, offset and optionally apex, type, emotion,
/// score, subject, dataset, fps and duration_s. Rows of type blink are kept apart; those of other types than
/// micro (me), macro (mae) and blink are left out, as are intervals of failed clips. Throws InputError naming file and
/// line or record.
IntervalTable read_interval_table(const std::filesystem::path& file);

/// The micro- and macro-expressions of read_interval_table(), predicted ones where it holds true ones, too.
std::vector<VideoInterval> read_intervals(const std::filesystem::path& file);

/// True if the file holds intervals rather than class predictions (decided by its columns or keys).
bool holds_intervals(const std::filesystem::path& file);

/// Videos of a table with the columns video and any of dataset, subject, fps, frames, duration_s, or of a file that
/// read_interval_table() takes.
std::vector<ScoredVideo> read_videos(const std::filesystem::path& file);

/// Puts tables together. Where videos of several subjects bear one name, they become "subject/video"; InputError when a
/// table does not say whose they are. What `videos` say of a video goes before what the truth says, and that before
/// what is said with the predictions. `dataset` is that of all videos that have none.
SpottingData spotting_data(const std::vector<IntervalTable>& predictions, const IntervalTable& truth,
                           const std::vector<ScoredVideo>& videos = {}, const std::string& dataset = {});

}  // namespace merkit
