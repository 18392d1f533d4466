#include "merkit/pictures/spotting_plot.h"

#include "merkit/motion/optical_flow.h"
#include "merkit/pictures/captioned_pictures.h"
#include "merkit/pictures/motion_pictures.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace merkit {
namespace {

constexpr std::size_t kMostShown = 24;
constexpr int kColumns = 6;  // three intervals, of two pictures each
constexpr int kWidth = 1470, kMargin = 12, kHeading = 62, kRowHeight = 264, kLongRowHeight = 200;
constexpr double kRow_s = 60;
constexpr int kMostRows = 40;
const cv::Scalar kPaper(255, 255, 255), kInk(40, 40, 40), kFaintInk(110, 110, 110);

std::string numbered(const ClipAnalysis& analysis, const Detection& found) {
  const auto same = std::find_if(analysis.detections.begin(), analysis.detections.end(),
                                 [&](const Detection& other) { return other.interval.onset == found.interval.onset; });
  return std::to_string(same - analysis.detections.begin() + 1);
}

/// The prediction comes after the faces: from the analysis.
const Detection& complete(const ClipAnalysis& analysis, const Detection& found) {
  for (const Detection& other : analysis.detections)
    if (other.interval.onset == found.interval.onset) return other;
  return found;
}

cv::Mat heading(const ClipAnalysis& analysis, const SignalChart& chart) {
  cv::Mat canvas(kHeading, kWidth, CV_8UC3, kPaper);
  write_text(canvas, analysis.clip_id, {kMargin, 28}, 0.75, kInk);
  const auto micro = std::count_if(analysis.detections.begin(), analysis.detections.end(),
                                   [](const Detection& d) { return d.type == ExpressionType::micro; });
  std::string text =
      fmt::format("{}: {} micro, {} macro in {:.1f} s, {:.4g} fps; face in {} of {} frames", analysis.spotter, micro,
                  static_cast<std::ptrdiff_t>(analysis.detections.size()) - micro, analysis.duration_s, analysis.fps,
                  analysis.frames_with_face, analysis.frames);
  if (analysis.problem.status != Status::ok) text += fmt::format("; {}", to_string(analysis.problem.status));
  write_text(canvas, text, {kMargin, 52}, 0.48, kFaintInk);
  draw_legend(canvas, {kWidth - kMargin, 52}, chart);
  return canvas;
}

cv::Mat rows_of(const ClipAnalysis& analysis, const SignalChart& chart) {
  const double length = std::max(analysis.duration_s, 0.1);
  const int rows = std::clamp(static_cast<int>(std::ceil(length / kRow_s)), 1, kMostRows);
  // A last row is as long as the others, so that all have one scale.
  const double row_s = rows == 1 ? length : std::max(kRow_s, length / rows);
  const int height = rows == 1 ? kRowHeight : kLongRowHeight;
  cv::Mat canvas(rows * height, kWidth, CV_8UC3, kPaper);
  for (int row = 0; row < rows; ++row)
    merkit::draw(canvas, {0, row * height, kWidth, height}, chart, row * row_s, (row + 1) * row_s);
  return canvas;
}

}  // namespace

void SpottingPlot::add(const Detection& found, const cv::Mat& onset, const cv::Mat& apex) {
  const MotionField motion = optical_flow(onset, apex);
  cv::Mat1f size;
  cv::magnitude(motion.u, motion.v, size);
  const cv::Size shown_as = shown_size(apex.size());
  KeyFaces faces{found, shown(apex, shown_as), {}, percentile(size, 0.99)};
  faces.motion = laid_over(shown(colour_coded(motion), shown_as), faces.apex);
  cv::rectangle(faces.apex, {0, 0, shown_as.width, shown_as.height}, colour_of(found.type), 5);
  shown_.push_back(std::move(faces));
  if (shown_.size() > kMostShown)
    shown_.erase(std::min_element(shown_.begin(), shown_.end(), [](const KeyFaces& a, const KeyFaces& b) {
      return a.found.confidence < b.found.confidence;
    }));
}

cv::Mat SpottingPlot::draw(const ClipAnalysis& analysis, const SignalChart& chart, const LabelSet& labels) const {
  std::vector<cv::Mat> parts{heading(analysis, chart), rows_of(analysis, chart)};
  if (!shown_.empty()) {
    std::vector<CaptionedPicture> pictures;
    for (const KeyFaces& faces : shown_) {
      const Detection& found = complete(analysis, faces.found);
      std::string title = fmt::format("{} {}", numbered(analysis, found), to_string(found.type));
      if (found.prediction) title += ": " + labels.name(found.prediction->label);
      pictures.push_back({faces.apex, title,
                          fmt::format("apex {:.2f} s, confidence {:.2f}", found.apex_s, found.confidence),
                          Legend::none});
      pictures.push_back({faces.motion, fmt::format("motion of {}", numbered(analysis, found)),
                          fmt::format("rim: {:.2g} px", faces.max_px), Legend::wheel});
    }
    const std::string note = shown_.size() < analysis.detections.size()
                                 ? fmt::format("The {} of {} intervals that spotting is surest of", shown_.size(),
                                               analysis.detections.size())
                                 : std::string();
    cv::Mat grid = captioned_pictures(pictures, kColumns, note);
    cv::copyMakeBorder(grid, grid, 0, 0, 0, std::max(0, kWidth - grid.cols), cv::BORDER_CONSTANT, kPaper);
    parts.push_back(grid.colRange(0, kWidth));
  }
  cv::Mat result;
  cv::vconcat(parts, result);
  return result;
}

}  // namespace merkit
