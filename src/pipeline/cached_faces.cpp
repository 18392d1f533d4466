#include "pipeline/cached_faces.h"

#include "core/settings_fields.h"
#include "media/readers.h"
#include "merkit/core/content_hash.h"
#include "pipeline/cache_entry.h"
#include "pipeline/clip_interval.h"

namespace fs = std::filesystem;

namespace merkit {
namespace {

/// Which frames of a clip faces were prepared from.
enum class FramesUsed {
  ends,     ///< onset and apex; all from onset to offset where the apex is to be spotted
  between,  ///< all from onset to apex
  all       ///< all from onset to offset
};

void add_optional(ContentHasher& hasher, const std::optional<int>& number) {
  hasher.add(number.has_value());
  hasher.add(number.value_or(0));
}

/// The names of all frames, and the contents of those that matter. The first one does, as its size is the clip's.
void add_directory(ContentHasher& hasher, const ManifestClip& clip, const SampleOptions& options, FramesUsed used) {
  const auto files = media::numbered_files(clip.frames, clip.pattern);
  std::vector<int> numbers;
  for (const auto& [number, file] : files) {
    hasher.add(number);
    hasher.add(file.filename().string());
    numbers.push_back(number);
  }
  const Interval interval = resolved_interval(clip, numbers, options.apex);
  const int last = used == FramesUsed::all ? interval.offset : interval.apex.value_or(interval.offset);
  const bool all = used != FramesUsed::ends || !interval.apex;
  for (const auto& [number, file] : files) {
    const bool is_end = number == numbers.front() || number == interval.onset || number == last;
    const bool is_between = number > interval.onset && number < last;
    if (is_end || (all && is_between)) hasher.add(options.cache->hash_of_content(file));
  }
}

/// The hash of all that the row's faces depend on; not of where the clip lies or what it is called.
ContentHash key_of(const ManifestClip& clip, const SampleOptions& options, const SharedFaceModel& faces,
                   FramesUsed used) {
  ContentHasher hasher;
  hasher.add("faces");
  hasher.add(kCachedAlgorithms);
  hasher.add(options.cache->build());
  hasher.add(options.cache->hash_of_content(faces.file()));
  hasher.add(write_settings(options.face).to_json());
  hasher.add(static_cast<int>(used));
  hasher.add(static_cast<int>(clip.frame_base));
  hasher.add(clip.fps);
  add_optional(hasher, clip.onset);
  add_optional(hasher, clip.apex);
  add_optional(hasher, clip.offset);
  hasher.add(clip.apex ? std::string_view() : to_string(options.apex));
  const bool is_directory = fs::is_directory(clip.frames);
  hasher.add(is_directory);
  if (is_directory)
    add_directory(hasher, clip, options, used);
  else
    hasher.add(options.cache->hash_of_content(clip.frames));
  return hasher.digest();
}

/// Nothing for a clip, or a landmark model, that cannot be read: preparing it tells what is wrong, in the words it has
/// without a cache.
std::optional<ContentHash> key_if_readable(const ManifestClip& clip, const SampleOptions& options,
                                           const SharedFaceModel& faces, FramesUsed used) {
  try {
    return key_of(clip, options, faces, used);
  } catch (const Interrupted&) {
    throw;
  } catch (const Error&) {
    return std::nullopt;
  } catch (const fs::filesystem_error&) {
    return std::nullopt;
  }
}

std::optional<PreparedFaces> found_faces(const Cache& cache, const std::optional<ContentHash>& key) {
  if (!key) return std::nullopt;
  const auto content = cache.map(*key, CacheKind::faces);
  return content ? read_faces(*content) : std::nullopt;
}

/// Which frames matter is known from the start.
PreparedFaces cached_sequence(const ManifestClip& clip, const SampleOptions& options, const SharedFaceModel& faces) {
  const auto key = [&] { return key_if_readable(clip, options, faces, FramesUsed::all); };
  const auto before = key();
  if (auto found = found_faces(*options.cache, before)) return *std::move(found);
  PreparedFaces prepared = prepare_faces(clip, options, faces);
  if (before && key() == before) options.cache->put(*before, CacheKind::faces, written_faces(prepared));
  return prepared;
}

}  // namespace

PreparedFaces cached_faces(const ManifestClip& clip, const SampleOptions& options, const SharedFaceModel& faces) {
  if (options.frames == FrameNeed::onset_to_offset) return cached_sequence(clip, options, faces);
  const Cache& cache = *options.cache;
  const auto key = [&](FramesUsed used) { return key_if_readable(clip, options, faces, used); };
  const auto ends = key(FramesUsed::ends);
  auto found = found_faces(cache, ends);
  // Where the head moves too far, the entry of the ends has no faces; it says that what lies between them matters.
  if (found && found->followed) found = found_faces(cache, key(FramesUsed::between));
  if (found) return *found;

  // Taken before anything is read: only if nobody wrote to the clip meanwhile do the keys stand for what was read.
  const auto between = ends ? key(FramesUsed::between) : std::nullopt;
  PreparedFaces prepared = prepare_faces(clip, options, faces);
  if (!ends || !between) return prepared;
  if (prepared.followed) {
    if (key(FramesUsed::between) != between || key(FramesUsed::ends) != ends) return prepared;
    PreparedFaces mark;
    mark.followed = true;
    cache.put(*ends, CacheKind::faces, written_faces(mark));
    cache.put(*between, CacheKind::faces, written_faces(prepared));
  } else if (key(FramesUsed::ends) == ends) {
    cache.put(*ends, CacheKind::faces, written_faces(prepared));
  }
  return prepared;
}

}  // namespace merkit
