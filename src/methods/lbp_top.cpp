// Histograms of local binary patterns on the planes XY, XT and YT of the whole expression, brought to one length, and a
// linear support vector machine: the baseline of most micro-expression data sets. Zhao, Pietikainen: Dynamic Texture
// Recognition Using Local Binary Patterns, IEEE TPAMI 29(6), 2007, doi:10.1109/TPAMI.2007.1110; for micro-expressions
// Pfister, Li, Zhao, Pietikainen, ICCV 2011, doi:10.1109/ICCV.2011.6126401.
//
// Departures: codes are taken from the whole volume and counted in blocks that do not overlap, so that pixels at block
// borders count too. Interpolated frames are rounded to 8 bits, as they are when written to files between the steps.
// Temporal interpolation has a closed form (motion/temporal_interpolation.h); frames whose face was lost are left out
// and the rest taken as evenly spaced. There is no chi-square kernel.

#include "classical/lbp_top_histograms.h"
#include "classical/svm_recognizer.h"
#include "merkit/core/error.h"
#include "methods/method_list.h"
#include "motion/temporal_interpolation.h"

#include <algorithm>

#include <opencv2/imgproc.hpp>

namespace merkit {
namespace {

struct LbpTopInput {
  int frames = 10;
  std::string interpolation = "tim";
};

template <class Visitor>
void fields(Visitor&& visit, LbpTopInput& c) {
  visit("frames", c.frames, "length of every clip after temporal interpolation",
        [](int n) { return n >= 3 && n <= 200 ? nullptr : "must be in 3..200"; });
  visit("interpolation", c.interpolation, "tim (the graph-embedding model) or linear", [](const std::string& name) {
    const auto& names = temporal_interpolation_names();
    return std::find(names.begin(), names.end(), name) != names.end() ? nullptr : "must be tim or linear";
  });
}

struct LbpTopMethodConfig {
  svm::SvmConfig svm = {"linear", 1, 0, false, 1e-3, /*standardize=*/false};
  LbpTopConfig patterns;
  LbpTopInput input;
};

template <class Visitor>
void fields(Visitor&& visit, LbpTopMethodConfig& c) {
  fields(visit, c.patterns);
  fields(visit, c.svm);
  visit("input", c.input, "the grey faces from onset to offset");
}

std::vector<cv::Mat1b> grey_faces(const Sample& sample, int least_side) {
  std::vector<cv::Mat1b> result;
  const AlignedFace* first = nullptr;
  for (const AlignedFace& face : sample.faces) {
    if (!face.success || face.number < sample.interval.onset || face.number > sample.interval.offset) continue;
    if (!first) first = &face;
    if (face.segment != first->segment || face.image.size() != first->image.size()) continue;
    cv::cvtColor(face.image, result.emplace_back(), cv::COLOR_BGR2GRAY);
  }
  const auto unsupported = [&](const std::string& what, const std::string& hint) {
    throw ClipError(Status::unsupported, "sample \"" + sample.id + "\": " + what, hint);
  };
  if (sample.faces.empty())
    unsupported("it has no frames, and texture cannot be told from motion", "give frames instead");
  if (result.size() < 2)
    unsupported("it has " + std::to_string(result.size()) + " faces from onset to offset; two are needed", "");
  if (std::min(result[0].rows, result[0].cols) < least_side)
    unsupported("its faces are " + std::to_string(result[0].cols) + "x" + std::to_string(result[0].rows) +
                    " pixels; radius_xy and blocks need " + std::to_string(least_side),
                "align at a larger width");
  return result;
}

struct LbpTop {
  using Config = LbpTopMethodConfig;
  static constexpr const char* kMethod = "lbp_top";
  static constexpr const char* kInputKind = kFaceSequenceKind;

  static svm::Features features(const Config& config) {
    if (config.input.frames < 2 * config.patterns.radius_t + 1)
      throw ConfigError("lbp_top: input.frames = " + std::to_string(config.input.frames) +
                        " is too short for radius_t = " + std::to_string(config.patterns.radius_t) + "; it needs " +
                        std::to_string(2 * config.patterns.radius_t + 1));
    const auto values = [config](const Sample& sample) {
      const auto faces = grey_faces(sample, 2 * config.patterns.radius_xy + config.patterns.blocks);
      return lbp_top_histograms(temporally_interpolated(faces, config.input.frames, config.input.interpolation),
                                config.patterns);
    };
    return {config.svm, lbp_top_length(config.patterns), values};
  }
};

}  // namespace

Method catalog::lbp_top() {
  return svm::method<LbpTop>("local binary patterns on three planes of the whole expression, and a linear machine",
                             "Zhao, Pietikainen, IEEE TPAMI 29(6), 2007, doi:10.1109/TPAMI.2007.1110");
}

}  // namespace merkit
