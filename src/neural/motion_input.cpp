#include "neural/motion_input.h"

namespace merkit::neural {

torch::Tensor onset_apex_motion(const Sample& sample, const MotionInputConfig& config) {
  std::vector<torch::Tensor> chosen;
  const std::vector<cv::Mat1f> maps = sample_motion(sample, config);
  for (const cv::Mat1f& map : maps) chosen.push_back(torch::from_blob(map.data, {map.rows, map.cols}));
  return torch::stack(chosen);  // a copy
}

}  // namespace merkit::neural
