#include "neural/spotting/spotting_network.h"

namespace merkit::neural {
namespace {

MotionInputConfig plain_description(const RegionMotionConfig& input) {
  MotionInputConfig plain;
  plain.size = spotting::kMapSide;
  plain.scaling = input.scaling;
  plain.fixed_scale_px = input.fixed_scale_px;
  plain.channels = {"u", "v", "strain"};
  plain.flow = input.maps.flow;
  return plain;
}

}  // namespace

RegionNetwork::RegionNetwork(const RegionMotionConfig& input)
    : MotionNetwork(plain_description(input)), region_input_(input) {}

Tensors RegionNetwork::encode(const Sample& sample) const {
  const spotting::MapFrame maps = spotting::onset_apex_maps(sample, region_input_.maps);
  cv::Mat2f displacement;
  maps.displacement.convertTo(displacement, CV_32F);
  return {motion_maps(displacement, *maps.layout, region_input_)};
}

Loss SpottingNetwork::loss(const Tensors& batch, const torch::Tensor& labels, const torch::Tensor& class_weights) {
  const torch::Tensor scores = forward(batch);
  torch::Tensor errors = (scores.squeeze(1) - labels.to(torch::kFloat32)).square();
  if (class_weights.defined()) errors = errors * class_weights.index_select(0, labels);
  torch::Tensor value = errors.mean();
  if (const torch::Tensor more = penalty(); more.defined()) value = value + more;
  return {value, torch::cat({1 - scores, scores}, 1)};
}

}  // namespace merkit::neural
