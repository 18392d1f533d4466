#pragma once

#include "merkit/core/person.h"
#include "merkit/pipeline/pipeline_config.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace merkit {

/// Pictures of one clip, side by side: motion, strain, the face.
struct ClipPictures {
  struct Picture {
    std::string png;      ///< bytes of a PNG file
    std::string caption;  ///< what it shows
  };
  std::vector<Picture> pictures;
  bool pixelated = false;  ///< few large pixels, which are not to be blurred when enlarged
  std::string problem;     ///< why there are none
};

/// Makes the pictures of somebody's clip.
using MakeClipPictures = std::function<ClipPictures(const std::string& clip_id, const Person& person)>;

/// Pictures of a manifest's clips. Clips with frames: face at onset and apex, motion as colours, strain as a heat map.
/// Clips with a ready motion image: the image and its three maps. Throws InputError as Manifest::read() does; what goes
/// wrong with a clip later is its `problem`.
MakeClipPictures clip_pictures(const std::filesystem::path& manifest, const PipelineConfig& config,
                               std::shared_ptr<const Cache> cache);

}  // namespace merkit
