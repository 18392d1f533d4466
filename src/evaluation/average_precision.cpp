// Average precision of intervals: the 101-point rule of COCO (Lin et al., ECCV 2014, doi:10.1007/978-3-319-10602-1_48,
// and its evaluation program), one type of interval at a time. It departs from it in that predictions of equal score
// enter together: COCO takes them in the order of the file.
#include "evaluation/spotting_parts.h"

#include <algorithm>
#include <numeric>

namespace merkit {
namespace {

double precision_over_recall(const std::vector<VideoInterval>& truth, const std::vector<VideoInterval>& predictions,
                             double min_iou) {
  std::vector<bool> right(predictions.size(), false);
  for (const auto& match : spotting_metrics(truth, predictions, min_iou).matches)
    right[static_cast<std::size_t>(match.prediction)] = true;
  std::vector<std::size_t> order(predictions.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return predictions[a].score > predictions[b].score; });

  struct Point {
    std::size_t found = 0;  ///< true positives
    double precision = 0;
  };
  std::vector<Point> curve;
  Point point;
  for (std::size_t i = 0; i < order.size(); ++i) {
    point.found += right[order[i]];
    const bool ends_group = i + 1 == order.size() || predictions[order[i + 1]].score < predictions[order[i]].score;
    if (!ends_group) continue;
    point.precision = static_cast<double>(point.found) / static_cast<double>(i + 1);
    curve.push_back(point);
  }
  for (std::size_t i = curve.size(); i-- > 1;)
    curve[i - 1].precision = std::max(curve[i - 1].precision, curve[i].precision);

  double sum = 0;
  for (std::size_t percent = 0; percent <= 100; ++percent) {
    const auto reached = std::find_if(curve.begin(), curve.end(),
                                      [&](const Point& p) { return 100 * p.found >= percent * truth.size(); });
    if (reached != curve.end()) sum += reached->precision;
  }
  return sum / 101;
}

}  // namespace

AveragePrecision average_precision(const std::vector<VideoInterval>& truth,
                                   const std::vector<VideoInterval>& predictions) {
  constexpr int kSteps = 10;
  AveragePrecision result;
  if (truth.empty()) return result;
  for (int step = 0; step < kSteps; ++step) {
    const double at = precision_over_recall(truth, predictions, (50 + 5 * step) / 100.0);
    if (step == 0) result.at_50 = at;
    result.at_50_95 += at / kSteps;
  }
  return result;
}

}  // namespace merkit
