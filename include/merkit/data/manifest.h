#pragma once

#include "merkit/core/error.h"
#include "merkit/core/interval.h"
#include "merkit/data/csv.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace merkit {

/// How the frame numbers of a manifest row are meant.
enum class FrameBase {
  filename,  ///< numbers in the file names of a frame directory
  index0,    ///< position in decode or sorted order, from 0 (videos: the default)
  index1,    ///< the same from 1
};

/// One row of a manifest, as written, paths resolved.
struct ManifestClip {
  std::string clip_id;
  std::string dataset = "user";
  std::string subject;
  std::filesystem::path frames;    ///< video file or frame directory; empty when there are only features
  std::filesystem::path features;  ///< ready motion image; empty when there are frames
  std::string pattern;
  FrameBase frame_base = FrameBase::filename;
  std::optional<int> onset, apex, offset;
  double fps = 0;
  std::string emotion;
  std::string source;                        ///< frames or features as spelt in the file, for records
  std::map<std::string, std::string> other;  ///< columns merkit gives no meaning to, kept
  std::optional<ClipError>
      problem;  ///< set when the row contradicts itself (onset > apex, ...): it gets its own status
};

/// The one neutral description of a data set: CSV (RFC 4180, UTF-8, BOM and CRLF allowed) or JSON.
struct Manifest {
  std::filesystem::path file;
  std::vector<ManifestClip> clips;

  /// Throws InputError naming file, line and column for what makes the whole file unusable: a missing column, a
  /// duplicate clip_id, a path that is absolute or climbs out with "..", text where a number should be.
  static Manifest read(const std::filesystem::path& file);

  /// The same from text; `json` says which form it is, `file` is what paths are relative to and messages name.
  /// Nothing is read from disk but whether `frames` is a directory.
  static Manifest parse(const std::string& text, bool json, const std::filesystem::path& file);
};

}  // namespace merkit
