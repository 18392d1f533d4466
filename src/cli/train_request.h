#pragma once

#include "cli/batch.h"
#include "cli/cache.h"
#include "cli/options.h"
#include "merkit/methods/catalog.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace merkit::cli {

/// What merkit train was asked for, of a recognizer or of a spotter.
struct TrainRequest {
  CommonOptions common;
  BatchOptions batch;
  CacheOption cache;
  std::string method, labels, licence, apex_policy, pretrained;
  std::filesystem::path model, truth;
  std::vector<std::string> without;
  std::optional<std::uint64_t> seed;
  bool skip_failed = false, videos = false;

  /// Whether the manifest's clip is of somebody whom --without leaves out.
  bool leaves_out(const ManifestClip& clip) const;
};

/// Shows the loss as it falls and lets a signal end the fit.
class EpochProgress final : public FitObserver {
 public:
  explicit EpochProgress(const CommonOptions& options) : options_(options) {}

  void on_epoch(int epoch, int epochs, double loss, double accuracy) override;
  void on_pretraining_epoch(int epoch, int epochs, double loss) override;

 private:
  const CommonOptions& options_;
  std::optional<Progress> pretraining_, progress_;
};

/// Seed, device, licence and what the model file says of its making; `taught_by` is "12 samples".
FitOptions fit_options(const TrainRequest& request, std::uint64_t seed, const std::string& taught_by);

/// merkit train for methods that spot: fits on long videos.
int train_spotter(const TrainRequest& request);

}  // namespace merkit::cli
