#pragma once

#include "core/settings_fields.h"
#include "learning/stored_model.h"
#include "merkit/learning/method.h"
#include "merkit/learning/spotter.h"
#include "neural/spotting/score_stream.h"
#include "neural/spotting/spotter_training.h"
#include "neural/spotting/spotting_network.h"
#include "neural/training/trainer.h"
#include "spotting/score_curve.h"

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace merkit::neural {

/// What NeuralSpotter must know of a method.
struct SpotterType {
  std::string method;
  Settings (*resolve)(const Settings& config);
  RegionMotionConfig (*input)(const Settings& config);
  SpottingConfig (*spotting)(const Settings& config);
  TrainingConfig (*training)(const Settings& config);
  std::shared_ptr<SpottingNetwork> (*build)(const Settings& config);

  /// For methods that also name what is found; null for others. The network's encode() is not used: it is shown the
  /// same maps from onset to apex.
  std::shared_ptr<Network> (*build_recognition)(const Settings& config, int classes,
                                                const SpottingNetwork* micro) = nullptr;
  TrainingConfig (*recognition_training)(const Settings& config) = nullptr;
};

/// Any SpottingNetwork as a Spotter, one network for micro- and one for macro-expressions. Displacement is measured
/// whatever was learned; what the networks make of it is learned, and so are the expected durations and the thresholds.
///
/// Thresholds are chosen (F1 at IoU 0.5) on scores of training subjects that were left out of a first training, if
/// there are three at least; the networks that are kept are trained on all.
class NeuralSpotter final : public Spotter {
 public:
  NeuralSpotter(SpotterType type, const Settings& config, LabelSet labels);

  std::unique_ptr<MeasuringSession> measure(double fps) const override;
  SpottingResult spot(const MeasuredClip& clip) const override;
  /// In flat memory: the networks score while the clip is read.
  std::unique_ptr<SpottingSession> start(double fps) const override;
  void fit(const SpottingSampleSet& training, const FitOptions& options, FitObserver& observer) override;
  void save(const std::filesystem::path& file) const override;
  void load(const ModelFile& model) override;
  std::string use_device(const std::string& device) override;

  /// Scores of all frames of a clip. Throws ModelError unless fitted or loaded.
  std::vector<spotting::ScoredFrame> scores(const MeasuredClip& clip) const;

  /// For tests of networks.
  const SpottingNetworks& networks() const { return networks_; }

 private:
  RegionMotionConfig input() const;
  void check_ready() const;
  /// A network with weights drawn from `seed`, in evaluation mode.
  template <class Build>
  auto built(std::uint64_t seed, const Build& build) const;
  /// One network, or several that score together.
  std::shared_ptr<SpottingNetwork> built_to_spot(std::uint64_t seed) const;
  SpottingNetworks trained(const SpottingSampleSet& training, const spotting::SpottingRules& rules,
                           const FitOptions& options, FitObserver& observer) const;
  std::shared_ptr<Network> trained_recognition(TrainingData data, const FitOptions& options,
                                               FitObserver& observer) const;
  std::vector<ModelTensor> tensors() const;
  void move_to(const torch::Device& device);

  SpotterType type_;
  RecognizerIdentity identity_;
  torch::Device device_{torch::kCPU};
  SpottingNetworks networks_;
  std::shared_ptr<Network> recognition_;  ///< null unless labels were given
  spotting::SpottingRules rules_;
  ModelInfo info_;
  bool ready_ = false;  ///< fitted or loaded
};

}  // namespace merkit::neural
