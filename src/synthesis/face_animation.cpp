#include "merkit/synthesis/face_animation.h"

#include "merkit/core/error.h"
#include "synthesis/displacement.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <stdexcept>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace merkit {

namespace {

constexpr int kSmallestStill = 32;
constexpr double kSmallestInterOcular_px = 10;
constexpr double kApexAt = 0.45;  ///< share of the duration; expressions rise a little faster than they fade

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

void check_between(const char* name, double value, double least, double most) {
  if (!(value >= least && value <= most))
    throw ConfigError(std::string("animation: ") + name + " must be in " + number(least) + ".." + number(most) +
                      ", got " + number(value));
}

void check_positive(const char* name, double value, double most) {
  if (!(value > 0 && value <= most))
    throw ConfigError(std::string("animation: ") + name + " must be positive and at most " + number(most) + ", got " +
                      number(value));
}

void check_config(const AnimationConfig& config) {
  const auto& names = animated_expressions();
  if (std::find(names.begin(), names.end(), config.expression) == names.end())
    throw_unknown_name("expression", config.expression, names);
  check_positive("amplitude_px", config.amplitude_px, 1e6);
  check_positive("fps", config.fps, 10000);
  check_between("duration_s", config.duration_s, 0.04, 10);
  check_between("lead_s", config.lead_s, 0, 60);
  check_between("noise_sigma", config.noise_sigma, 0, 255);
}

cv::Mat checked_still(const cv::Mat& still) {
  const bool usable = still.dims == 2 && (still.type() == CV_8UC3 || still.type() == CV_8UC1) &&
                      std::min(still.cols, still.rows) >= kSmallestStill;
  if (!usable)
    throw ClipError(Status::unsupported,
                    "animation needs an 8-bit grey or BGR picture of at least 32x32" +
                        (still.empty() ? std::string(", got an empty one")
                                       : ", got " + std::to_string(still.cols) + "x" + std::to_string(still.rows) +
                                             " " + cv::typeToString(still.type())));
  if (still.channels() == 3) return still.clone();
  cv::Mat colour;
  cv::cvtColor(still, colour, cv::COLOR_GRAY2BGR);
  return colour;
}

void check_landmarks(const Landmarks& landmarks, cv::Size size) {
  for (const cv::Point2f& point : landmarks)
    if (!std::isfinite(point.x) || !std::isfinite(point.y))
      throw ClipError(Status::unsupported, "animation: the face's landmarks are not finite");
  const FacePose pose = face_pose(landmarks);
  if (!(pose.inter_ocular_px >= kSmallestInterOcular_px))
    throw ClipError(Status::unsupported,
                    "animation: the face is too small, its eyes are " + number(pose.inter_ocular_px) + " pixels apart",
                    "use a picture in which they are at least " + number(kSmallestInterOcular_px) + " pixels apart");
  if (!cv::Rect2d(0, 0, size.width, size.height).contains(pose.middle))
    throw ClipError(Status::unsupported, "animation: the face's landmarks lie outside the picture");
}

/// Onset to offset in frame steps, with room for an apex in between.
int length_in_frames(const AnimationConfig& config) {
  const int steps = static_cast<int>(std::lround(config.duration_s * config.fps));
  if (steps < 2)
    throw ConfigError("animation: " + number(config.duration_s) + " s at " + number(config.fps) +
                          " frames a second leave no frame between onset and offset",
                      "raise fps to at least " + number(std::ceil(2 / config.duration_s)) + " or the duration");
  return steps;
}

/// splitmix64 (Steele, Lea, Flood 2014): neighbouring seeds and frames get unrelated noise.
std::uint64_t mixed(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15u;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
  return value ^ (value >> 31);
}

/// Half a period of a raised cosine: 0 at 0, 1 at 1.
double raised_cosine(double t) { return (1 - std::cos(CV_PI * t)) / 2; }

}  // namespace

const std::vector<std::string>& face_side_names() {
  static const std::vector<std::string> names{"both", "left", "right"};
  return names;
}

FaceSide face_side_from_string(std::string_view name) {
  const auto& names = face_side_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) throw_unknown_name("side of the face", name, names);
  return static_cast<FaceSide>(found - names.begin());
}

FaceAnimation::FaceAnimation(cv::Mat still, const Landmarks& landmarks, AnimationConfig config)
    : still_(checked_still(still)), config_(std::move(config)) {
  check_config(config_);
  check_landmarks(landmarks, still_.size());
  const int steps = length_in_frames(config_);
  const int lead = static_cast<int>(std::lround(config_.lead_s * config_.fps));
  interval_.onset = lead;
  interval_.apex = lead + std::clamp(static_cast<int>(std::lround(kApexAt * steps)), 1, steps - 1);
  interval_.offset = lead + steps;
  frame_count_ = interval_.offset + lead + 1;

  const auto pushes = expression_pushes(config_.expression, landmarks);
  full_ = unit_displacement(pushes, landmarks, moving_side(config_.expression, config_.side), still_.size());
  const double limit = largest_amplitude(full_);
  if (config_.amplitude_px > limit)
    throw ConfigError("animation: an amplitude of " + number(config_.amplitude_px) + " pixels would fold the face",
                      "the largest possible here is " + number(std::floor(limit * 100) / 100) + " pixels");
  full_.u *= config_.amplitude_px;
  full_.v *= config_.amplitude_px;
}

double FaceAnimation::intensity(int frame) const {
  const int onset = interval_.onset, apex = *interval_.apex, offset = interval_.offset;
  if (frame <= onset || frame >= offset) return 0;
  if (frame == apex) return 1;
  if (frame < apex) return raised_cosine(static_cast<double>(frame - onset) / (apex - onset));
  return raised_cosine(static_cast<double>(offset - frame) / (offset - apex));
}

cv::Mat FaceAnimation::frame(int number) const {
  if (number < 0 || number >= frame_count_)
    throw std::out_of_range("animation: frame " + std::to_string(number) + " of " + std::to_string(frame_count_));
  cv::Mat exact = moved(still_, full_, intensity(number));
  if (config_.noise_sigma > 0) {
    // Seeded by the frame as well, so that frames can be made in any order.
    cv::RNG random(mixed(config_.seed ^ mixed(static_cast<std::uint64_t>(number))));
    cv::Mat noise(exact.size(), CV_32FC3);
    random.fill(noise, cv::RNG::NORMAL, 0, config_.noise_sigma);
    exact += noise;
  }
  cv::Mat result;
  exact.convertTo(result, CV_8UC3);
  return result;
}

MotionField FaceAnimation::motion_at(int frame) const {
  const double share = intensity(frame);
  MotionField motion;
  full_.u.convertTo(motion.u, CV_32F, share);
  full_.v.convertTo(motion.v, CV_32F, share);
  return motion;
}

}  // namespace merkit
