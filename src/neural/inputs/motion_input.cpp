#include "neural/inputs/motion_input.h"

#include "neural/training/augmentation.h"

namespace merkit::neural {

torch::Tensor onset_apex_motion(const Sample& sample, const MotionInputConfig& config) {
  std::vector<torch::Tensor> chosen;
  const std::vector<cv::Mat1f> maps = sample_motion(sample, config);
  for (const cv::Mat1f& map : maps) chosen.push_back(torch::from_blob(map.data, {map.rows, map.cols}));
  return torch::stack(chosen);  // a copy
}

Tensors MotionNetwork::augmented(const Tensors& batch, const AugmentationConfig& changes,
                                 const at::Generator& generator) const {
  return {augmented_motion(batch.front(), input_, changes, generator)};
}

torch::Tensor MotionNetwork::unit_images(const Tensors& batch) const {
  return input_.scaling == "minmax" ? batch.front() / 255 : batch.front();
}

void MotionNetwork::observe_last_maps(const Tensors& streams) const {
  if (!is_observed()) return;
  for (std::size_t i = 0; i < streams.size(); ++i) observe(kLastMaps + (" " + input_.channels.at(i)), streams[i]);
}

}  // namespace merkit::neural
