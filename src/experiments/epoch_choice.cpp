#include "experiments/epoch_choice.h"

#include "merkit/core/content_hash.h"
#include "merkit/core/error.h"
#include "merkit/core/stop.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace merkit {

InnerSplit inner_split(const SampleSet& training, const RecognitionPlan::Task& task) {
  constexpr std::size_t kWatchedShare = 8;
  std::map<std::string, std::string> by_draw;  // sorted by a hash: a draw that depends on nothing else
  for (const Sample& sample : training)
    by_draw.emplace(hash_of(task.name() + "|" + task.group + "|" + sample.subject_key()).hex(), sample.subject_key());
  const std::size_t count = (by_draw.size() + kWatchedShare - 1) / kWatchedShare;
  std::set<std::string> chosen;
  for (auto entry = by_draw.begin(); chosen.size() < count; ++entry) chosen.insert(entry->second);
  InnerSplit split;
  std::set<int> classes;
  for (const Sample& sample : training) {
    const bool watched = chosen.count(sample.subject_key()) > 0;
    (watched ? split.watched : split.training).push_back(sample);
    if (!watched && sample.label) classes.insert(*sample.label);
  }
  if (classes.size() < 2)
    throw InputError("without " + task.group + " and the people who choose the epoch, only " +
                         std::to_string(classes.size()) + " classes are left to learn from",
                     "use --epoch-selection last, or take in more people");
  return split;
}

std::vector<std::unique_ptr<EncodedSample>> encoded(const Recognizer& recognizer, const SampleSet& samples) {
  std::vector<std::unique_ptr<EncodedSample>> result;
  for (const Sample& given : samples) {
    Sample sample = given;
    sample.label.reset();
    result.push_back(recognizer.encode(sample));
  }
  return result;
}

EpochChoice::EpochChoice(const SampleSet& watched, const SampleSet& held_out, Criterion criterion)
    : watched_(watched), held_out_(held_out), criterion_(criterion) {}

void EpochChoice::on_epoch(int /*epoch*/, int /*epochs*/, double loss, double accuracy) {
  epochs_.push_back({loss, accuracy});
  throw_if_stopped();
}

void EpochChoice::on_state(int epoch, const Recognizer& so_far) {
  if (watched_.empty()) return;
  if (encoded_watched_.empty()) {
    encoded_watched_ = encoded(so_far, watched_);
    encoded_held_out_ = encoded(so_far, held_out_);
  }
  const double found = worth(so_far.recognize(encoded_watched_));
  if (best_epoch_ > 0 && (criterion_ == Criterion::accuracy ? found < best_ : found <= best_)) return;
  best_ = found;
  best_epoch_ = epoch;
  predictions_ = so_far.recognize(encoded_held_out_);
}

double EpochChoice::worth(const std::vector<Prediction>& predictions) const {
  double sum = 0;
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const int truth = watched_[i].label.value();
    constexpr double kLeast = 1e-12;
    if (criterion_ == Criterion::accuracy)
      sum += predictions[i].label == truth;
    else
      sum += std::log(std::max<double>(kLeast, predictions[i].scores.at(static_cast<std::size_t>(truth))));
  }
  return sum;
}

}  // namespace merkit
