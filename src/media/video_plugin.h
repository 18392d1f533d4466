#pragma once

#include "merkit/media/clip_reader.h"

/// The only entry point of the plug-in merkit_video.so: a video's reader, the caller's to delete. Throws as open_clip()
/// does.
extern "C" merkit::ClipReader* merkit_open_video(const std::filesystem::path& file, const merkit::ClipOptions& options);
