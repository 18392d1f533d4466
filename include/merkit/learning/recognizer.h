#pragma once

#include "merkit/core/label_set.h"
#include "merkit/core/model_file.h"
#include "merkit/core/prediction.h"
#include "merkit/core/sample.h"
#include "merkit/core/state_store.h"
#include "merkit/learning/explanation.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace merkit {

struct FitOptions {
  std::uint64_t seed = 1;
  int threads = 1;             ///< CPU threads to use
  std::string device = "cpu";  ///< "cpu", "cuda", "cuda:N" or "auto"
  std::string provenance;      ///< recorded in the model file: command, versions
  std::string licence;         ///< recorded in the model file

  /// Where states of training are kept and found again, for methods that can go on from one; null: nowhere.
  std::shared_ptr<const StateStore> states = nullptr;
  /// People (Sample::subject_key) of the training set from whom the stage without labels, of methods that have one,
  /// does not learn: so trainings that each leave out somebody else of them share that stage.
  std::vector<std::string> not_for_pretraining;
  /// A model of the same method whose stage without labels is taken over instead of learning one; null: none. Whoever
  /// taught that model counts among those who taught the new one.
  std::shared_ptr<const ModelFile> pretrained = nullptr;
};

class Recognizer;

/// Hears how fitting goes on. Anything it throws ends the fit.
class FitObserver {
 public:
  virtual ~FitObserver() = default;
  /// After each pass over the training set: 1-based epoch, mean loss, share of samples classified rightly (0..1).
  virtual void on_epoch(int epoch, int epochs, double loss, double accuracy) = 0;
  /// The same for the stage without labels that some methods have before.
  virtual void on_pretraining_epoch(int /*epoch*/, int /*epochs*/, double /*loss*/) {}
  /// After on_epoch(), from methods that learn in epochs: the recognizer as it is then, for use during the call.
  virtual void on_state(int /*epoch*/, const Recognizer& /*so_far*/) {}
};

/// What a recognizer has made of a sample by itself: its motion, its features. Only its maker can read it.
class EncodedSample {
 public:
  virtual ~EncodedSample() = default;
};

/// Names the emotion shown in one interval of an aligned face sequence.
class Recognizer {
 public:
  virtual ~Recognizer() = default;

  /// Learns from `training` alone. No overload takes held-out samples: a test fold cannot leak into a model that never
  /// receives it. Throws InputError for an empty set, a sample without label or an unknown class.
  virtual void fit(const SampleSet& training, const FitOptions& options, FitObserver& observer) = 0;

  /// The part of recognition that looks at one sample alone, and takes most of the time (optical flow, features).
  /// Throws ModelError unless fitted or loaded, ClipError(unsupported) for a sample it cannot read.
  /// Safe to call from many threads.
  virtual std::unique_ptr<EncodedSample> encode(const Sample& sample) const = 0;

  /// The rest, for several samples at once; one prediction each, in order. None may be null. Safe to call from many
  /// threads. A prediction may depend in its last bits on which samples it is made together with.
  virtual std::vector<Prediction> recognize(const std::vector<std::unique_ptr<EncodedSample>>& samples) const = 0;

  /// Both parts for one sample.
  Prediction recognize(const Sample& sample) const;

  /// What recognize() says and, where the method can tell, why. Throws what recognize() throws. Safe to call from many
  /// threads, also beside recognize(); much slower than that.
  virtual Explanation explain(const Sample& sample) const;

  virtual const LabelSet& labels() const = 0;

  /// Writes a model file (atomically). Throws ModelError unless fitted or loaded.
  virtual void save(const std::filesystem::path& file) const = 0;

  /// Takes over weights, configuration and labels of `model`. Throws ModelError when they do not fit the method.
  virtual void load(const ModelFile& model) = 0;

  /// Chooses where to compute from now on: "cpu", "cuda", "cuda:N" or "auto". Returns what was chosen.
  virtual std::string use_device(const std::string& device) = 0;

  /// Names, dtypes and shapes a model file of this method holds (no payload). An extent that only fitting tells is 0
  /// until then.
  virtual std::vector<ModelTensor> tensor_layout() const = 0;

  /// Number of learned values; 0 where only fitting tells how many there are.
  virtual std::int64_t parameter_count() const = 0;
};

}  // namespace merkit
