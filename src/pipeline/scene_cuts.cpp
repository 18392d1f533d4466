#include "pipeline/scene_cuts.h"

#include <algorithm>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace merkit {
namespace {

constexpr int kWidth = 32, kHeight = 24;  // of what is compared: fine motion does not show
constexpr int kSamplesAPixel = 4;         // in each direction
constexpr double kLeastContrast = 6;      // grey levels; below that a picture counts as empty

// Mean difference of two such pictures in standard deviations. Unrelated ones differ by 1.1; people who move, by up to
// 0.1 from frame to frame.
constexpr double kAnotherScene = 0.6;
constexpr double kJump = 0.12, kJumpRatio = 5;  // and so many times the largest change of the last half second
constexpr double kMemory_s = 0.5;

cv::Mat1f evened_out(const cv::Mat& picture) {
  cv::Mat samples, small;
  cv::resize(picture, samples, {kWidth * kSamplesAPixel, kHeight * kSamplesAPixel}, 0, 0, cv::INTER_NEAREST);
  cv::resize(samples, small, {kWidth, kHeight}, 0, 0, cv::INTER_AREA);
  cv::cvtColor(small, small, cv::COLOR_BGR2GRAY);
  cv::Scalar mean, deviation;
  cv::meanStdDev(small, mean, deviation);
  const double contrast = std::max(deviation[0], kLeastContrast);
  cv::Mat1f result;
  small.convertTo(result, CV_32F, 1 / contrast, -mean[0] / contrast);
  return result;
}

}  // namespace

bool SceneCuts::is_cut(const cv::Mat& picture, double time_s) {
  cv::Mat1f now = evened_out(picture);
  std::swap(now, last_);
  if (now.empty()) return false;
  const double change = cv::norm(now, last_, cv::NORM_L1) / static_cast<double>(last_.total());
  while (!recent_.empty() && recent_.front().time_s < time_s - kMemory_s) recent_.pop_front();
  double largest = 0;
  for (const Change& before : recent_) largest = std::max(largest, before.size);
  const bool cut = change > kAnotherScene || (!recent_.empty() && change > kJump && change > kJumpRatio * largest);
  if (cut)
    recent_.clear();
  else
    recent_.push_back({time_s, change});
  return cut;
}

}  // namespace merkit
