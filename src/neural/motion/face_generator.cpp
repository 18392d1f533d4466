#include "neural/motion/face_generator.h"

#include "neural/layers/hourglass.h"
#include "neural/motion/warp.h"

namespace merkit::neural {
namespace {

namespace nn = torch::nn;

/// What is added to maps: twice batch normalisation, ReLU and a convolution of 3x3.
nn::Sequential residual_branch(int width) {
  const auto convolution = [&] { return same_size_convolution(width, width, 3, /*bias=*/false); };
  return nn::Sequential(nn::BatchNorm2d(width), nn::ReLU(), convolution(), nn::BatchNorm2d(width), nn::ReLU(),
                        convolution());
}

}  // namespace

FaceGeneratorImpl::FaceGeneratorImpl(int width, int kernel, int residual_blocks) {
  first_ = register_module("first", nn::Sequential(same_size_convolution(3, width, kernel, /*bias=*/false),
                                                   nn::BatchNorm2d(width), nn::ReLU()));
  for (const int from : {width, 2 * width}) down_->push_back(normed_convolution(from, 2 * from));
  for (int i = 0; i < residual_blocks; ++i) residual_->push_back(residual_branch(4 * width));
  for (const int to : {2 * width, width}) up_->push_back(normed_convolution(2 * to, to));
  register_module("down", down_);
  register_module("residual", residual_);
  register_module("up", up_);
  last_ = register_module("last", same_size_convolution(width, 3, kernel));
}

torch::Tensor FaceGeneratorImpl::forward(const torch::Tensor& onset, const torch::Tensor& displacement,
                                         const torch::Tensor& occlusion) {
  torch::Tensor state = first_->forward(onset);
  for (const auto& layers : *down_) state = torch::avg_pool2d(layers->as<nn::Sequential>()->forward(state), 2);
  state = warped(state, resized_displacement(displacement, state.size(2), state.size(3)));
  if (occlusion.defined()) state = state * resized(occlusion, state.size(2), state.size(3));
  for (const auto& branch : *residual_) state = state + branch->as<nn::Sequential>()->forward(state);
  for (const auto& layers : *up_)
    state =
        layers->as<nn::Sequential>()->forward(torch::upsample_nearest2d(state, {2 * state.size(2), 2 * state.size(3)}));
  return torch::sigmoid(last_->forward(state));
}

}  // namespace merkit::neural
