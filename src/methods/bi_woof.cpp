// Histograms of optical-flow orientations between onset and apex, weighted twice: pixels by the length of their motion,
// blocks of the face by their optical strain. Liong, See, Wong, Phan: Less is more: Micro-expression recognition from
// video using apex frame, Signal Processing: Image Communication 62, 2018, doi:10.1016/j.image.2017.11.006.
//
// Departures from the authors' code: blocks do not overlap (faithful_blocks brings theirs back); a block without motion
// is 0 instead of 0/0; motion to the left is one direction, not two (180 and -180 degrees). Their code ends with the
// features; the machine here is linear with C = 1e4, all else being libsvm's defaults.

#include "classical/bi_woof_histograms.h"
#include "classical/svm_recognizer.h"
#include "merkit/core/error.h"
#include "methods/method_list.h"
#include "motion/sample_motion.h"

#include <algorithm>

#include <opencv2/core.hpp>

namespace merkit {
namespace {

struct BiWoofInput {
  FlowConfig flow;
  bool approximate_from_images = false;
};

template <class Visitor>
void fields(Visitor&& visit, BiWoofInput& c) {
  visit("flow", c.flow, "optical flow between onset and apex");
  visit("approximate_from_images", c.approximate_from_images,
        "read min-max scaled motion images too, taking each map's median for no motion; scales of u and v are lost");
}

struct BiWoofConfig {
  svm::SvmConfig svm = {"linear", 1e4, 0, false, 1e-3, /*standardize=*/false};
  BlockConfig blocks;
  BiWoofInput input;
};

template <class Visitor>
void fields(Visitor&& visit, BiWoofConfig& c) {
  fields(visit, c.blocks);
  fields(visit, c.svm);
  visit("input", c.input, "the motion");
}

/// Most of a face rests, so the commonest value is near no motion.
cv::Mat1f around_median(const cv::Mat& image, int channel) {
  cv::Mat1b map;
  cv::extractChannel(image, map, channel);
  std::vector<uchar> values(map.begin(), map.end());
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  cv::Mat1f result;
  map.convertTo(result, CV_32F, 1, -*middle);
  return result;
}

std::vector<float> approximate_values(const Sample& sample, const BlockConfig& blocks) {
  const cv::Mat& image = *sample.motion_image;
  if (image.type() != CV_8UC3 || std::min(image.rows, image.cols) < 2 * blocks.blocks)
    throw ClipError(Status::unsupported, "sample \"" + sample.id + "\": its motion image does not have three 8-bit " +
                                             "channels and two pixels a block");
  cv::Mat1b map;
  cv::extractChannel(image, map, 2);
  cv::Mat1f strain;
  map.convertTo(strain, CV_32F);
  return bi_woof_histograms({around_median(image, 0), around_median(image, 1)}, strain, blocks);
}

struct BiWoof {
  using Config = BiWoofConfig;
  static constexpr const char* kMethod = "bi_woof";
  static constexpr const char* kInputKind = "onset_apex_flow";

  static svm::Features features(const Config& config) {
    const auto count = static_cast<std::size_t>(config.blocks.blocks * config.blocks.blocks) * kOrientations;
    const auto values = [config](const Sample& sample) {
      if (config.input.approximate_from_images && sample.faces.empty() && sample.motion_image)
        return approximate_values(sample, config.blocks);
      const MotionField motion = sample_flow(sample, config.input.flow);
      if (std::min(motion.u.rows, motion.u.cols) < 2 * config.blocks.blocks)
        throw ClipError(Status::unsupported,
                        "sample \"" + sample.id + "\": its faces have fewer than two pixels a block",
                        "align at a larger width");
      return bi_woof_histograms(motion, optical_strain(motion), config.blocks);
    };
    return {config.svm, count, values};
  }
};

}  // namespace

Method catalog::bi_woof() {
  return svm::method<BiWoof>("orientations of the onset-to-apex flow, weighted by strain, and a linear machine",
                             "Liong, See, Wong, Phan, SPIC 62, 2018, doi:10.1016/j.image.2017.11.006");
}

}  // namespace merkit
