#pragma once

#include "merkit/media/clip_reader.h"
#include "merkit/media/video_writer.h"

// The entry points of the plug-in merkit_video.so.

/// A video's reader, the caller's to delete. Throws as open_clip() does.
extern "C" merkit::ClipReader* merkit_open_video(const std::filesystem::path& file, const merkit::ClipOptions& options);

/// A video's writer, the caller's to delete. Throws as create_video() does.
extern "C" merkit::VideoWriter* merkit_create_video(const std::filesystem::path& file, const cv::Size& size,
                                                    double fps);
