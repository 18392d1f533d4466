#pragma once

#include "merkit/experiments/recognition_plan.h"

#include <memory>
#include <vector>

namespace merkit {

/// Training samples apart from those that choose the epoch: of about every eighth person, and of one at least, drawn by
/// seed and fold. Throws InputError when there are too few people, or only one class would be left to learn.
struct InnerSplit {
  SampleSet training, watched;
};
InnerSplit inner_split(const SampleSet& training, const RecognitionPlan::Task& task);

/// Hears a training, notes its losses, and keeps what the weights of the best epoch say of the held-out samples.
class EpochChoice final : public FitObserver {
 public:
  /// What makes an epoch the best: the least cross-entropy on `watched`, or the greatest accuracy there, the later
  /// one where they are equal (as published code that selects on the test subject does it).
  enum class Criterion { cross_entropy, accuracy };

  /// `watched` have labels; both sets must outlive the object. Nothing is chosen when `watched` is empty.
  EpochChoice(const SampleSet& watched, const SampleSet& held_out, Criterion criterion);

  void on_epoch(int epoch, int epochs, double loss, double accuracy) override;
  void on_state(int epoch, const Recognizer& so_far) override;

  const std::vector<RecognitionTaskResult::Epoch>& epochs() const { return epochs_; }
  /// 0 when there was nothing to choose from: a method without epochs.
  int epoch() const { return best_epoch_; }
  const std::vector<Prediction>& predictions() const { return predictions_; }

 private:
  using Encoded = std::vector<std::unique_ptr<EncodedSample>>;

  double worth(const std::vector<Prediction>& predictions) const;

  const SampleSet &watched_, &held_out_;
  Criterion criterion_;
  Encoded encoded_watched_, encoded_held_out_;
  std::vector<RecognitionTaskResult::Epoch> epochs_;
  double best_ = 0;
  int best_epoch_ = 0;
  std::vector<Prediction> predictions_;
};

/// `samples` as `recognizer` reads them.
std::vector<std::unique_ptr<EncodedSample>> encoded(const Recognizer& recognizer, const SampleSet& samples);

}  // namespace merkit
