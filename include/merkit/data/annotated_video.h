#pragma once

#include "merkit/core/prediction.h"
#include "merkit/data/manifest.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace merkit {

/// A video and what is known to happen in it.
struct AnnotatedVideo {
  ManifestClip clip;                 ///< the video itself: its interval and emotion are empty
  std::vector<ManifestClip> events;  ///< rows with onset and offset, in order of onset; none is an example, too
  int left_out = 0;                  ///< rows of expressions whose beginning or end is not known
};

/// micro and macro in the spellings of merkit, MEGC22 and the published sheets (case does not matter), and micro for an
/// empty text; nothing for other kinds of events, such as blinks.
std::optional<ExpressionType> expression_type(const std::string& text);

/// What a row's event is, in lower case: its column "type", else "expression"; "micro" where it has neither.
std::string event_kind(const ManifestClip& row);

/// The videos of a manifest, in order of their first rows. Rows with the same frames are of one video: with an onset
/// they tell of an event in it, without onset and offset of the video alone. The video of several rows is named after
/// its frames (and its person, where two people have one of that name).
///
/// An onset of 0 marks an expression that was under way when the video began, which no spotter can time: such rows are
/// left out, as other programs do. An offset of 0 stands for none: the apex takes its place, and rows without apex are
/// left out. A video that contradicts itself has its first row's problem. Throws InputError for rows of one video that
/// disagree in person, frame rate or how frames are counted.
std::vector<AnnotatedVideo> videos_of(const std::vector<ManifestClip>& rows);

/// Replaces the events by those of a table (CSV) with the columns video, onset, offset and perhaps apex, type, emotion,
/// subject and dataset; other rules as for videos_of(). A video is named by its clip_id or its file, with or without
/// extension. Rows of videos that are not among these are passed over; returns their number. Throws InputError naming
/// file and line for a table that cannot be read, that names none of the videos, or names one that could be two.
int take_truth(std::vector<AnnotatedVideo>& videos, const std::filesystem::path& table);

}  // namespace merkit
