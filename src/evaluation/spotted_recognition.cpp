#include "evaluation/confusion.h"
#include "evaluation/spotting_parts.h"

namespace merkit {

SpottedRecognition spotted_recognition(const std::vector<VideoInterval>& truth,
                                       const std::vector<VideoInterval>& predictions,
                                       const std::vector<IntervalMatch>& matches, const LabelSet& labels) {
  const auto classes = static_cast<std::size_t>(labels.size());
  SpottedRecognition result;
  result.labels = labels;
  result.confusion = empty_confusion(labels.size());
  std::vector<int> count(classes, 0), said(classes, 0);
  for (const auto& match : matches) {
    const auto actual = labels.find(truth[static_cast<std::size_t>(match.truth)].emotion);
    const auto predicted = labels.find(predictions[static_cast<std::size_t>(match.prediction)].emotion);
    if (!actual) {
      ++result.without_class;
      continue;
    }
    ++result.n;
    ++count[static_cast<std::size_t>(*actual)];
    if (!predicted) {
      ++result.other_emotions;
      continue;
    }
    ++said[static_cast<std::size_t>(*predicted)];
    ++result.confusion[static_cast<std::size_t>(*actual)][static_cast<std::size_t>(*predicted)];
  }
  for (std::size_t c = 0; c < classes; ++c) {
    const double right = result.confusion[c][c];
    if (right == 0) continue;
    result.precision += right / said[c] / labels.size();
    result.recall += right / count[c] / labels.size();
    result.uf1 += 2 * right / (said[c] + count[c]) / labels.size();
  }
  const double sum = result.precision + result.recall;
  if (sum > 0) result.f1 = 2 * result.precision * result.recall / sum;
  return result;
}

}  // namespace merkit
