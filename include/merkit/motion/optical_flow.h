#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <opencv2/core/mat.hpp>

namespace merkit {

/// Dense motion between two pictures of one size, in pixels: what is at (x, y) in the first is at (x+u, y+v) in the
/// second.
struct MotionField {
  cv::Mat1f u;  ///< rightward displacement
  cv::Mat1f v;  ///< downward displacement
};

enum class FlowMethod { tvl1, dis, farneback };
std::string_view to_string(FlowMethod method);
const std::vector<std::string>& flow_method_names();  ///< "tvl1", "dis", "farneback"
/// Throws ConfigError listing the names.
FlowMethod flow_method_from_string(std::string_view name);

/// TV-L1 (Zach, Pock, Bischof, DAGM 2007; IPOL 2013, doi:10.5201/ipol.2013.26). The defaults are those of OpenCV's
/// DualTVL1; configs/pipelines/ipol_flow.json holds those of the IPOL article, with which the published motion images
/// of STSTNet and Bi-WOOF were made.
struct Tvl1Config {
  double tau = 0.25, lambda = 0.15, theta = 0.3, epsilon = 0.01, scale_step = 0.8;
  int scales = 5, warps = 5, inner_iterations = 30, outer_iterations = 10, median_filter = 5;
  bool normalise = false;
  double presmoothing = 0, pyramid_smoothing = 0;
};

struct FlowConfig {
  std::string method = "tvl1";
  Tvl1Config tvl1;
};

template <class Visitor>
void fields(Visitor&& visit, Tvl1Config& c) {
  const auto positive = [](double x) { return x > 0 ? nullptr : "must be positive"; };
  const auto at_least_one = [](int n) { return n >= 1 ? nullptr : "must be at least 1"; };
  visit("tau", c.tau, "time step of the dual scheme", positive);
  visit("lambda", c.lambda, "weight of the data term: smaller is smoother", positive);
  visit("theta", c.theta, "coupling of data and smoothness", positive);
  visit("epsilon", c.epsilon, "stop when the squared update falls below epsilon^2 a pixel", positive);
  visit("scale_step", c.scale_step, "size ratio of pyramid levels",
        [](double s) { return s > 0 && s < 1 ? nullptr : "must be in (0, 1)"; });
  visit("scales", c.scales, "pyramid levels", at_least_one);
  visit("warps", c.warps, "warps a level", at_least_one);
  visit("inner_iterations", c.inner_iterations, "dual steps between median filters", at_least_one);
  visit("outer_iterations", c.outer_iterations, "median filters a warp", at_least_one);
  visit("median_filter", c.median_filter, "median window: 1 (none), 3 or 5",
        [](int n) { return n == 1 || n == 3 || n == 5 ? nullptr : "must be 1, 3 or 5"; });
  const auto not_negative = [](double x) { return x >= 0 ? nullptr : "must be at least 0"; };
  visit("normalise", c.normalise, "stretch the grey values of both pictures together to 0..255");
  visit("presmoothing", c.presmoothing, "standard deviation in pixels of a Gaussian filter on both, 0 for none",
        not_negative);
  visit("pyramid_smoothing", c.pyramid_smoothing,
        "s, for a Gaussian of s sqrt(1 / scale_step^2 - 1) pixels before each level is made smaller", not_negative);
}

template <class Visitor>
void fields(Visitor&& visit, FlowConfig& c) {
  visit("method", c.method, "tvl1, dis or farneback", [](const std::string& name) {
    for (const auto& known : flow_method_names())
      if (known == name) return static_cast<const char*>(nullptr);
    return "must be tvl1, dis or farneback";
  });
  visit("tvl1", c.tvl1, "parameters of tvl1");
}

/// A flow method with its buffers, for repeated use by one thread.
class OpticalFlow {
 public:
  virtual ~OpticalFlow() = default;
  /// Both pictures CV_8UC3 (BGR) or CV_8UC1, of one size, at least 8x8. Throws ClipError(unsupported) otherwise.
  virtual MotionField operator()(const cv::Mat& from, const cv::Mat& to) = 0;
};

std::unique_ptr<OpticalFlow> make_optical_flow(const FlowConfig& config);

/// The one-off form.
MotionField optical_flow(const cv::Mat& from, const cv::Mat& to, const FlowConfig& config = {});

/// Magnitude of the optical strain tensor: how much the skin stretches or shears, blind to rigid translation.
///
///     strain = sqrt(u_x^2 + v_y^2 + (u_y + v_x)^2 / 2)
///
/// Central differences; the one-pixel border repeats the values beside it. Shreve et al., FG 2011,
/// doi:10.1109/FG.2011.5771451. Throws std::invalid_argument if u and v differ in size or are empty.
cv::Mat1f optical_strain(const MotionField& motion);

}  // namespace merkit
