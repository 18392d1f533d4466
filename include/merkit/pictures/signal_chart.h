#pragma once

#include "merkit/evaluation/spotting_metrics.h"
#include "merkit/pipeline/analyze.h"

#include <optional>
#include <string>
#include <vector>

#include <opencv2/core/mat.hpp>

namespace merkit {

/// A clip's spotting signal with all that is drawn into it; times in seconds from the clip's first frame.
struct SignalChart {
  struct Span {
    double from_s = 0, to_s = 0;
    ExpressionType type = ExpressionType::micro;
    double apex_s = 0;
  };
  SpottingSignal signal;
  std::vector<Span> found;                 ///< numbered from 1 in the drawing
  std::optional<std::vector<Span>> truth;  ///< where it is known
  std::vector<Span> without_face;
  double top = 1;  ///< upper end of the value axis
};

/// `truth`: all intervals known of this clip, where they are known.
SignalChart signal_chart(const ClipAnalysis& analysis, const std::optional<std::vector<VideoInterval>>& truth);

/// Blue for micro-, vermilion for macro-expressions (Okabe and Ito's, which colour-blind people can tell apart).
cv::Scalar colour_of(ExpressionType type);

/// Draws `from_s`..`to_s` of it into `area` of the canvas (CV_8UC3), on paper: the curve, its threshold, what was found
/// and where there was no face, with a time axis, and lanes for found and true intervals below. `size`: of text and
/// lines, 1 for pictures 1500 pixels wide.
void draw(cv::Mat& canvas, const cv::Rect& area, const SignalChart& chart, double from_s, double to_s, double size = 1);

/// Where draw() puts a moment, in pixels from the left of the canvas.
double x_of(double time_s, const cv::Rect& area, double from_s, double to_s, double size = 1);

/// What the colours and lines mean, to the left of and above `corner`.
void draw_legend(cv::Mat& canvas, cv::Point corner, const SignalChart& chart);

/// Sans-serif letters (ASCII) whose baseline begins at `at`.
void write_text(cv::Mat& canvas, const std::string& text, cv::Point at, double scale, const cv::Scalar& ink);
int width_of(const std::string& text, double scale);

}  // namespace merkit
