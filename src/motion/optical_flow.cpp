#include "merkit/motion/optical_flow.h"

#include "merkit/core/error.h"
#include "motion/tvl1/solver.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>

namespace merkit {

namespace {

constexpr int kSmallestSide = 8;

std::string described(const cv::Mat& image) {
  if (image.empty()) return "an empty picture";
  return std::to_string(image.cols) + "x" + std::to_string(image.rows) + " " + cv::typeToString(image.type());
}

void check_pair(const cv::Mat& from, const cv::Mat& to) {
  for (const cv::Mat* image : {&from, &to}) {
    const bool usable = image->dims == 2 && (image->type() == CV_8UC1 || image->type() == CV_8UC3) &&
                        image->cols >= kSmallestSide && image->rows >= kSmallestSide;
    if (!usable)
      throw ClipError(Status::unsupported,
                      "optical flow needs 8-bit grey or BGR pictures of at least 8x8, got " + described(*image));
  }
  if (from.size() != to.size())
    throw ClipError(Status::unsupported,
                    "optical flow needs two pictures of one size, got " + described(from) + " and " + described(to));
}

cv::Mat grey(const cv::Mat& image) {
  if (image.channels() == 1) return image;
  cv::Mat result;
  cv::cvtColor(image, result, cv::COLOR_BGR2GRAY);
  return result;
}

MotionField split_flow(const cv::Mat& flow) {
  MotionField motion;
  cv::extractChannel(flow, motion.u, 0);
  cv::extractChannel(flow, motion.v, 1);
  return motion;
}

/// A pair whose sides are at least `least` pixels, for solvers that look at a neighbourhood of fixed size: what is
/// smaller goes on with its border's values.
struct PaddedPair {
  cv::Mat from, to;
  cv::Rect original;  ///< the pictures' place in the padded ones
};

PaddedPair padded(const cv::Mat& from, const cv::Mat& to, int least) {
  const int across = std::max(0, least - from.cols), along = std::max(0, least - from.rows);
  const auto pad = [&](const cv::Mat& image) {
    if (across == 0 && along == 0) return image;
    cv::Mat result;
    cv::copyMakeBorder(image, result, along / 2, along - along / 2, across / 2, across - across / 2,
                       cv::BORDER_REPLICATE);
    return result;
  };
  return {pad(from), pad(to), {{across / 2, along / 2}, from.size()}};
}

class Tvl1Flow final : public OpticalFlow {
 public:
  explicit Tvl1Flow(const Tvl1Config& config) : solver_(config) {}

  MotionField operator()(const cv::Mat& from, const cv::Mat& to) override {
    check_pair(from, to);
    return solver_(grey(from), grey(to));
  }

 private:
  tvl1::Solver solver_;
};

class DisFlow final : public OpticalFlow {
 public:
  MotionField operator()(const cv::Mat& from, const cv::Mat& to) override {
    check_pair(from, to);
    // DIS re-tunes its pyramid for small pictures and keeps the result, so each size gets a solver of its own.
    if (!flow_ || size_ != from.size()) flow_ = cv::DISOpticalFlow::create(cv::DISOpticalFlow::PRESET_MEDIUM);
    size_ = from.size();
    const PaddedPair pair = padded(grey(from), grey(to), kSmallestForDis);
    cv::Mat flow;
    flow_->calc(pair.from, pair.to, flow);
    return split_flow(flow(pair.original));
  }

 private:
  /// Its coarsest level must hold several 8x8 patches.
  static constexpr int kSmallestForDis = 48;

  cv::Ptr<cv::DISOpticalFlow> flow_;
  cv::Size size_;
};

class FarnebackFlow final : public OpticalFlow {
 public:
  MotionField operator()(const cv::Mat& from, const cv::Mat& to) override {
    check_pair(from, to);
    // Its 15-pixel window would hold more border than picture: a motion of 0.56 pixels came out with mean errors of
    // 0.66 and 0.94 in pictures of 8x120 and 31x9, and with 0.15 and 0.08 so.
    constexpr int kSmallestForFarneback = 24;
    const PaddedPair pair = padded(grey(from), grey(to), kSmallestForFarneback);
    cv::Mat flow;
    cv::calcOpticalFlowFarneback(pair.from, pair.to, flow, /*pyr_scale=*/0.5, /*levels=*/5, /*winsize=*/15,
                                 /*iterations=*/3, /*poly_n=*/5, /*poly_sigma=*/1.1, /*flags=*/0);
    return split_flow(flow(pair.original));
  }
};

/// Runs the checks that `fields` declares, for structs that did not come through a settings file.
struct CheckFields {
  template <class T, class Check>
  void operator()(const char* key, T& value, const char* /*meaning*/, Check check) const {
    if (const char* problem = check(value)) throw ConfigError("optical flow: " + std::string(key) + " " + problem);
  }
  template <class T>
  void operator()(const char* /*key*/, T& nested, const char* /*meaning*/) const {
    if constexpr (std::is_class_v<T>) fields(*this, nested);
  }
};

}  // namespace

std::string_view to_string(FlowMethod method) { return flow_method_names().at(static_cast<std::size_t>(method)); }

const std::vector<std::string>& flow_method_names() {
  static const std::vector<std::string> names{"tvl1", "dis", "farneback"};
  return names;
}

FlowMethod flow_method_from_string(std::string_view name) {
  const auto& names = flow_method_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) throw_unknown_name("optical flow method", name, names);
  return static_cast<FlowMethod>(found - names.begin());
}

std::unique_ptr<OpticalFlow> make_optical_flow(const FlowConfig& config) {
  const FlowMethod method = flow_method_from_string(config.method);
  FlowConfig checked = config;
  fields(CheckFields{}, checked);
  switch (method) {
    case FlowMethod::tvl1:
      return std::make_unique<Tvl1Flow>(checked.tvl1);
    case FlowMethod::dis:
      return std::make_unique<DisFlow>();
    case FlowMethod::farneback:
      return std::make_unique<FarnebackFlow>();
  }
  throw std::logic_error("optical flow method without an implementation");
}

MotionField optical_flow(const cv::Mat& from, const cv::Mat& to, const FlowConfig& config) {
  return (*make_optical_flow(config))(from, to);
}

}  // namespace merkit
