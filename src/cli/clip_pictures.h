#pragma once

#include "cli/options.h"
#include "merkit/pipeline/prepare_samples.h"
#include "merkit/report/html_report.h"

#include <filesystem>
#include <functional>

namespace merkit::cli {

/// Pictures of a manifest's clips for a report. Clips with frames: face at onset and apex, motion as colours, strain as
/// a heat map. Clips with a ready motion image: the image and its three maps.
std::function<ClipPictures(const LosoClip&)> clip_pictures(const std::filesystem::path& manifest,
                                                           const PipelineConfig& config,
                                                           std::shared_ptr<const Cache> cache);

}  // namespace merkit::cli
