#include "merkit/motion/optical_flow.h"

#include "merkit/core/error.h"

#include <algorithm>
#include <cmath>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/optflow.hpp>
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

class Tvl1Flow final : public OpticalFlow {
 public:
  explicit Tvl1Flow(const Tvl1Config& config) : config_(config), flow_(cv::optflow::DualTVL1OpticalFlow::create()) {
    flow_->setTau(config.tau);
    flow_->setLambda(config.lambda);
    flow_->setTheta(config.theta);
    flow_->setEpsilon(config.epsilon);
    flow_->setScaleStep(config.scale_step);
    flow_->setWarpingsNumber(config.warps);
    flow_->setInnerIterations(config.inner_iterations);
    flow_->setOuterIterations(config.outer_iterations);
    flow_->setMedianFiltering(config.median_filter);
    flow_->setGamma(0);
    flow_->setUseInitialFlow(false);
  }

  MotionField operator()(const cv::Mat& from, const cv::Mat& to) override {
    check_pair(from, to);
    // OpenCV lowers its number of scales for small pictures and keeps it lowered; set afresh, no call depends on those
    // before it.
    flow_->setScalesNumber(scales_for(from.size()));
    cv::Mat flow;
    flow_->calc(grey(from), grey(to), flow);
    return split_flow(flow);
  }

 private:
  /// As many levels as asked for, down to 16 pixels.
  int scales_for(cv::Size size) const {
    int scales = 1;
    double shorter = std::min(size.width, size.height) * config_.scale_step;
    for (; scales < config_.scales && shorter >= 16; ++scales) shorter *= config_.scale_step;
    return scales;
  }

  Tvl1Config config_;
  cv::Ptr<cv::optflow::DualTVL1OpticalFlow> flow_;
};

class DisFlow final : public OpticalFlow {
 public:
  MotionField operator()(const cv::Mat& from, const cv::Mat& to) override {
    check_pair(from, to);
    // DIS re-tunes its pyramid for small pictures and keeps the result, so each size gets a solver of its own.
    if (!flow_ || size_ != from.size()) flow_ = cv::DISOpticalFlow::create(cv::DISOpticalFlow::PRESET_MEDIUM);
    size_ = from.size();
    // Its coarsest level must hold several 8x8 patches.
    constexpr int kSmallestForDis = 48;
    const int right = std::max(0, kSmallestForDis - size_.width), bottom = std::max(0, kSmallestForDis - size_.height);
    cv::Mat first = grey(from), second = grey(to), flow;
    if (right > 0 || bottom > 0) {
      first = padded(first, right, bottom);
      second = padded(second, right, bottom);
    }
    flow_->calc(first, second, flow);
    return split_flow(flow(cv::Rect({right / 2, bottom / 2}, size_)));
  }

 private:
  static cv::Mat padded(const cv::Mat& image, int right, int bottom) {
    cv::Mat result;
    cv::copyMakeBorder(image, result, bottom / 2, bottom - bottom / 2, right / 2, right - right / 2,
                       cv::BORDER_REPLICATE);
    return result;
  }

  cv::Ptr<cv::DISOpticalFlow> flow_;
  cv::Size size_;
};

class FarnebackFlow final : public OpticalFlow {
 public:
  MotionField operator()(const cv::Mat& from, const cv::Mat& to) override {
    check_pair(from, to);
    cv::Mat flow;
    cv::calcOpticalFlowFarneback(grey(from), grey(to), flow, /*pyr_scale=*/0.5, /*levels=*/5, /*winsize=*/15,
                                 /*iterations=*/3, /*poly_n=*/5, /*poly_sigma=*/1.1, /*flags=*/0);
    return split_flow(flow);
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
    fields(*this, nested);
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
