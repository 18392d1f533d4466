#include "motion/sample_motion.h"

#include "core/settings_fields.h"
#include "merkit/core/error.h"
#include "motion/sample_faces.h"

#include <algorithm>

#include <opencv2/core.hpp>

namespace merkit {
namespace {

/// Order of the channels in motion images.
const std::vector<std::string>& map_names() {
  static const std::vector<std::string> names = {"u", "v", "strain"};
  return names;
}

int map_index(const std::string& name) {
  const auto& names = map_names();
  return static_cast<int>(std::find(names.begin(), names.end(), name) - names.begin());
}

[[noreturn]] void unsupported(const Sample& sample, const std::string& what, const std::string& hint) {
  throw ClipError(Status::unsupported, "sample \"" + sample.id + "\": " + what, hint);
}

void check_ready_image(const Sample& sample, const MotionInputConfig& config) {
  const cv::Mat& image = *sample.motion_image;
  if (image.type() != CV_8UC3) unsupported(sample, "its motion image does not have three 8-bit channels", "");
  if (image.rows != config.size || image.cols != config.size)
    unsupported(sample,
                "its motion image is " + std::to_string(image.cols) + "x" + std::to_string(image.rows) +
                    " pixels; the method expects " + std::to_string(config.size) + "x" + std::to_string(config.size),
                "set input.size for training, or give frames instead");
  if (config.scaling != "minmax")
    unsupported(sample,
                "its ready motion image is min-max scaled, which does not give scaling \"" + config.scaling + "\" back",
                "give frames instead, or train with input.scaling = minmax");
}

MotionField motion_between(const cv::Mat& onset, const cv::Mat& apex, const FlowConfig& config,
                           const MotionStore* store) {
  if (!store) return optical_flow(onset, apex, config);
  const auto compute = [&] {
    const MotionField motion = optical_flow(onset, apex, config);
    return MotionStore::Maps{motion.u, motion.v};
  };
  const MotionStore::Maps maps = store->motion(onset, apex, write_settings(config).to_json(), compute);
  return {maps.u, maps.v};
}

cv::Mat motion_from_faces(const Sample& sample, const MotionInputConfig& config) {
  if (sample.faces.empty()) unsupported(sample, "it has neither frames nor a motion image", "");
  const MotionField motion = sample_flow(sample, config.flow);
  return config.scaling == "fixed" ? motion_image_fixed(motion, config.size, config.fixed_scale_px)
                                   : motion_image_minmax(motion, config.size);
}

}  // namespace

MotionField sample_flow(const Sample& sample, const FlowConfig& config) {
  if (sample.faces.empty())
    unsupported(sample,
                sample.motion_image ? "its ready motion image tells neither the direction nor the size of the motion"
                                    : "it has no frames",
                "give frames instead");
  const auto& [onset, apex] = onset_and_apex_faces(sample);
  return motion_between(onset.image, apex.image, config, sample.motion_store.get());
}

const char* channels_problem(const std::vector<std::string>& channels) {
  if (channels.empty()) return "must name at least one map";
  for (std::size_t i = 0; i < channels.size(); ++i) {
    if (map_index(channels[i]) == static_cast<int>(map_names().size())) return "must hold u, v or strain";
    if (std::find(channels.begin(), channels.begin() + static_cast<std::ptrdiff_t>(i), channels[i]) !=
        channels.begin() + static_cast<std::ptrdiff_t>(i))
      return "names a map twice";
  }
  return nullptr;
}

const char* scaling_problem(const std::string& name) {
  const auto& names = motion_scaling_names();
  return std::find(names.begin(), names.end(), name) != names.end() ? nullptr : "must be minmax or fixed";
}

std::vector<cv::Mat1f> sample_motion(const Sample& sample, const MotionInputConfig& config) {
  // Frames serve every scaling; a ready image only the one it was made with.
  const bool ready = sample.motion_image && (config.scaling == "minmax" || sample.faces.empty());
  if (ready) check_ready_image(sample, config);
  const cv::Mat image = ready ? *sample.motion_image : motion_from_faces(sample, config);
  std::vector<cv::Mat1f> maps;
  for (const std::string& channel : config.channels) {
    cv::Mat one;
    cv::extractChannel(image, one, map_index(channel));
    maps.emplace_back();
    one.convertTo(maps.back(), CV_32F);
  }
  return maps;
}

}  // namespace merkit
