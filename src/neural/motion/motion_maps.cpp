#include "neural/motion/motion_maps.h"

#include "motion/sample_motion.h"
#include "neural/motion/warp.h"

#include <opencv2/imgproc.hpp>

namespace merkit::neural {

torch::Tensor flow_maps(const Sample& sample, const FlowConfig& flow, int size) {
  const MotionField motion = sample_flow(sample, flow);
  const auto map = [&](const cv::Mat& pixels, double scale) {
    cv::Mat1f resized;
    cv::resize(pixels, resized, {size, size}, 0, 0, cv::INTER_AREA);
    resized *= scale;
    return torch::from_blob(resized.data, {size, size}).clone();
  };
  return torch::stack({map(motion.u, static_cast<double>(size) / motion.u.cols),
                       map(motion.v, static_cast<double>(size) / motion.v.rows)});
}

torch::Tensor relative_motion(const torch::Tensor& motion) {
  constexpr double kFloor = 0.05;
  const torch::Tensor centred = motion - motion.mean({2, 3}, /*keepdim=*/true);
  return centred / torch::sqrt(centred.square().mean({1, 2, 3}, /*keepdim=*/true) + kFloor * kFloor);
}

torch::Tensor cut_out(const torch::Tensor& maps, const torch::Tensor& boxes, std::int64_t size) {
  namespace functional = torch::nn::functional;
  const std::int64_t count = boxes.size(0), parts = boxes.size(1);
  const torch::Tensor along = (torch::arange(size, maps.options()) + 0.5) / static_cast<double>(size);
  const auto places = [&](std::int64_t from, std::int64_t to) {  // in -1..1, [N, parts, size]
    const torch::Tensor first = boxes.select(2, from).unsqueeze(2), last = boxes.select(2, to).unsqueeze(2);
    return (first + (last - first) * along) * 2 - 1;
  };
  const std::vector<std::int64_t> shape = {count, parts, size, size};
  const torch::Tensor grid =
      torch::stack({places(0, 2).unsqueeze(2).expand(shape), places(1, 3).unsqueeze(3).expand(shape)}, 4);
  const torch::Tensor cut = functional::grid_sample(
      maps, grid.reshape({count, parts * size, size, 2}),
      functional::GridSampleFuncOptions().mode(torch::kBilinear).padding_mode(torch::kBorder).align_corners(false));
  return cut.view({count, maps.size(1), parts, size, size}).transpose(1, 2);
}

torch::Tensor mirrored_faces_or_motion(const torch::Tensor& given) {
  return given.dim() == 5 ? given.flip({4}) : mirrored_displacement(given);
}

}  // namespace merkit::neural
