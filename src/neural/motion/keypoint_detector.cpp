#include "neural/motion/keypoint_detector.h"

namespace merkit::neural {

KeypointDetectorImpl::KeypointDetectorImpl(int points, const std::vector<int>& widths, int kernel, double temperature)
    : points_(points), temperature_(temperature) {
  hourglass_ = register_module("hourglass", Hourglass(3, widths));
  // The softmax over places would not notice a bias.
  heat_ = register_module("heat", same_size_convolution(hourglass_->out_channels(), points, kernel, /*bias=*/false));
  jacobians_ = register_module("jacobians", same_size_convolution(hourglass_->out_channels(), 4 * points, kernel));
  const torch::NoGradGuard no_grad;
  jacobians_->weight.zero_();
  jacobians_->bias.copy_(torch::tensor({1.F, 0.F, 0.F, 1.F}).repeat({points}));
}

KeyPoints KeypointDetectorImpl::forward(const torch::Tensor& pictures) {
  const std::int64_t count = pictures.size(0), height = pictures.size(2), width = pictures.size(3);
  const torch::Tensor features = hourglass_->forward(pictures);
  const torch::Tensor heat = torch::softmax(heat_->forward(features).flatten(2) / temperature_, 2);  // [N, K, H W]
  const torch::Tensor places = heat.matmul(pixel_places(height, width, pictures.options()));
  const torch::Tensor maps = jacobians_->forward(features).view({count, points_, 4, height * width});
  return {places, maps.matmul(heat.unsqueeze(3)).view({count, points_, 2, 2})};
}

}  // namespace merkit::neural
