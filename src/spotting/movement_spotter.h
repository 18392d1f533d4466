#pragma once

#include "core/settings_fields.h"
#include "merkit/learning/method.h"
#include "spotting/movements.h"
#include "spotting/tuned_spotter.h"

#include <memory>
#include <stdexcept>
#include <vector>

namespace merkit::spotting {

/// The settings given, then every combination of these with the rest as given.
template <class Config>
std::vector<Config> candidates_of(const Config& given, const std::vector<double>& floors,
                                  const std::vector<double>& blink_ratios = {0.1, 0.2, 0.3, 0.4}) {
  std::vector<Config> result = {given};
  for (const double micro_limit_s : {0.5, 0.6, 0.7})
    for (const double threshold : {0.01, 0.02, 0.05, 0.1, 0.2})
      for (const double floor : floors)
        for (const double blink_ratio : blink_ratios) {
          Config candidate = given;
          candidate.selection.micro_limit_s = micro_limit_s;
          candidate.selection.threshold = threshold;
          candidate.selection.floor = floor;
          candidate.selection.blink_ratio = blink_ratio;
          result.push_back(candidate);
        }
  return result;
}

/// A spotter that selects among the movements of a curve. `Traits` is the method:
///
///     static constexpr const char* kMethod;
///     using Config = ...;                        // has fields(), and the member `selection`
///     static std::unique_ptr<MeasuringSession> session(const Config&, double fps);  // which makes a MovementCurve
///     static std::vector<Config> candidates(const Config& given);
template <class Traits>
class MovementSpotter final : public TunedSpotter {
 public:
  using Config = typename Traits::Config;

  explicit MovementSpotter(const Settings& given)
      : TunedSpotter(Traits::kMethod, resolved_settings<Config>, given), measured_by_(read_settings<Config>(config())) {
    selected_by_ = measured_by_.selection;
  }

  std::unique_ptr<MeasuringSession> measure(double fps) const override {
    if (!(fps > 0)) throw std::invalid_argument("a spotter needs a frame rate above 0");
    return Traits::session(measured_by_, fps);
  }

  SpottingResult spot(const MeasuredClip& clip) const override {
    return select_movements(dynamic_cast<const MovementCurve&>(clip), selected_by_);
  }

  static std::unique_ptr<Spotter> make(const Settings& config, const LabelSet& /*labels*/) {
    return std::make_unique<MovementSpotter>(config);
  }

 private:
  void decide_by(const Settings& settings) override { selected_by_ = read_settings<Config>(settings).selection; }

  std::vector<Settings> candidates(const SpottingSampleSet& /*training*/) const override {
    std::vector<Settings> result;
    for (Config candidate : Traits::candidates(measured_by_)) result.push_back(write_settings(candidate));
    return result;
  }

  Config measured_by_;
  SelectionConfig selected_by_;
};

}  // namespace merkit::spotting
