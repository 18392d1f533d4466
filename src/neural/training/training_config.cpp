#include "neural/training/training_config.h"

#include <algorithm>
#include <cmath>

namespace merkit::neural {

double ScheduleConfig::at(int epoch, int epochs) const {
  if (epoch <= warm_up) return static_cast<double>(epoch) / (warm_up + 1);
  const int changes = (until > 0 ? std::min(epoch, until + 1) : epoch) - 1;
  if (kind == "step") return std::pow(factor, changes / every);
  if (kind == "exponential") return std::pow(factor, changes);
  if (kind != "cosine" || epochs - warm_up < 2) return 1;
  const double way = static_cast<double>(epoch - warm_up - 1) / (epochs - warm_up - 1);
  return factor + (1 - factor) * (1 + std::cos(M_PI * way)) / 2;
}

}  // namespace merkit::neural
