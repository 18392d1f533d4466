#pragma once

#include "merkit/core/label_set.h"
#include "merkit/pictures/signal_chart.h"
#include "merkit/pipeline/analyze.h"

#include <vector>

#include <opencv2/core/mat.hpp>

namespace merkit {

/// One picture of all that was found in a clip: the signal, in rows where the clip is long, over faces and motion at
/// the apexes of the intervals that spotting is surest of.
class SpottingPlot {
 public:
  /// Faces at onset and apex, CV_8UC3. Only the surest few are kept.
  void add(const Detection& found, const cv::Mat& onset, const cv::Mat& apex);

  /// CV_8UC3.
  cv::Mat draw(const ClipAnalysis& analysis, const SignalChart& chart, const LabelSet& labels) const;

 private:
  struct KeyFaces {
    Detection found;
    cv::Mat apex, motion;
    double max_px = 0;
  };
  std::vector<KeyFaces> shown_;
};

}  // namespace merkit
