#include "merkit/pipeline/stored_flow.h"

#include "core/settings_fields.h"

namespace merkit {

MotionField stored_flow(const cv::Mat& from, const cv::Mat& to, const FlowConfig& config, const Cache* cache) {
  if (!cache) return optical_flow(from, to, config);
  const MotionStore::Maps maps = cache->motion(from, to, write_settings(config).to_json(), [&] {
    const MotionField motion = optical_flow(from, to, config);
    return MotionStore::Maps{motion.u, motion.v};
  });
  return {maps.u, maps.v};
}

}  // namespace merkit
