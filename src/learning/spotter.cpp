#include "merkit/learning/spotter.h"

#include "learning/device_name.h"

namespace merkit {
namespace {

/// Holds what is measured until the end.
class MeasureThenSpot final : public SpottingSession {
 public:
  MeasureThenSpot(const Spotter& spotter, double fps) : spotter_(spotter), session_(spotter.measure(fps)) {}
  void push(const AlignedFace& face) override { session_->push(face); }
  SpottingResult so_far() override { return spotter_.spot(*session_->so_far()); }
  SpottingResult finish() override { return spotter_.spot(*session_->finish()); }

 private:
  const Spotter& spotter_;
  std::unique_ptr<MeasuringSession> session_;
};

}  // namespace

std::unique_ptr<SpottingSession> Spotter::start(double fps) const {
  return std::make_unique<MeasureThenSpot>(*this, fps);
}

std::string Spotter::use_device(const std::string& device) { return checked_cpu(device, "this spotter"); }

}  // namespace merkit
