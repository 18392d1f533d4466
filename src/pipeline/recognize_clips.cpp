#include "merkit/pipeline/recognize_clips.h"

#include "merkit/core/stop.h"
#include "merkit/pipeline/batch_plan.h"

#include <algorithm>
#include <chrono>

namespace merkit {
namespace {

struct Slot {
  RecognizedClip clip;
  std::optional<Sample> sample;
  std::unique_ptr<EncodedSample> encoded;
  bool interrupted = false;
};

class ClipRecognition {
 public:
  ClipRecognition(const std::vector<ManifestClip>& clips, const RecognizeOptions& options, const SharedFaceModel& faces,
                  const FutureRecognizer& recognizer)
      : clips_(clips), options_(options), faces_(faces), recognizer_(recognizer) {
    plan_.count = clips.size();
    plan_.jobs = std::max(1, std::min(options.jobs, static_cast<int>(clips.size())));
    plan_.group = options.group;
    slots_.resize(plan_.slots());
    plan_.first = [this](std::size_t i) { prepare(i); };
    plan_.second = [this](std::size_t i) { encode(i); };
    plan_.second_is_free = [this] {
      return recognizer_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    };
    plan_.together = [this](std::size_t begin, std::size_t end) { recognize(begin, end); };
  }

  void run(const std::function<bool(std::size_t, const RecognizedClip&)>& take) {
    plan_.take = [&](std::size_t i) {
      const Slot done = std::move(slot(i));
      slot(i) = {};
      return !done.interrupted && take(i, done.clip);
    };
    merkit::run(plan_);
  }

 private:
  Slot& slot(std::size_t i) { return slots_[i % slots_.size()]; }

  /// Work on one clip whose failure is its own.
  template <class Work>
  void guarded(Slot& slot, Work&& work) {
    try {
      slot.clip.problem = problem_of(work);
    } catch (const Interrupted&) {
      slot.interrupted = true;
    }
  }

  void prepare(std::size_t i) {
    Slot& here = slot(i);
    guarded(here, [&] {
      here.sample = prepare_sample(clips_[i], options_.samples, faces_);
      here.clip.interval = here.sample->interval;
    });
  }

  void encode(std::size_t i) {
    Slot& here = slot(i);
    const Recognizer& recognizer = *recognizer_.get();
    if (!here.sample) return;
    guarded(here, [&] { here.encoded = recognizer.encode(*here.sample); });
    here.sample.reset();
  }

  void recognize(std::size_t begin, std::size_t end) {
    std::vector<Slot*> group;
    for (std::size_t i = begin; i < end; ++i)
      if (slot(i).encoded) group.push_back(&slot(i));
    if (!recognize(group) && group.size() > 1)
      for (Slot* alone : group) recognize({alone});
  }

  /// Once for the whole group. False when that failed; each clip then says so.
  bool recognize(const std::vector<Slot*>& group) {
    if (group.empty()) return true;
    std::vector<std::unique_ptr<EncodedSample>> encoded;
    for (Slot* member : group) encoded.push_back(std::move(member->encoded));
    std::vector<Prediction> predictions;
    const ClipProblem problem = problem_of([&] { predictions = recognizer_.get()->recognize(encoded); });
    for (std::size_t i = 0; i < group.size(); ++i) {
      group[i]->encoded = std::move(encoded[i]);
      group[i]->clip.problem = problem;
      if (problem.status == Status::ok) group[i]->clip.prediction = std::move(predictions[i]);
    }
    return problem.status == Status::ok;
  }

  const std::vector<ManifestClip>& clips_;
  const RecognizeOptions& options_;
  const SharedFaceModel& faces_;
  const FutureRecognizer& recognizer_;
  BatchPlan plan_;
  std::vector<Slot> slots_;
};

}  // namespace

void recognize_clips(const std::vector<ManifestClip>& clips, const RecognizeOptions& options,
                     const SharedFaceModel& faces, const FutureRecognizer& recognizer,
                     const std::function<bool(std::size_t, const RecognizedClip&)>& take) {
  ClipRecognition(clips, options, faces, recognizer).run(take);
  if (clips.empty()) recognizer.get();
}

}  // namespace merkit
