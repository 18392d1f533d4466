#include "neural/recognition/explain.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace merkit::neural {
namespace {

/// [h, w] as a matrix of its own.
cv::Mat1f matrix_of(const torch::Tensor& values) {
  const torch::Tensor plain = values.detach().to(torch::kCPU, torch::kFloat32).contiguous();
  return cv::Mat1f(static_cast<int>(plain.size(0)), static_cast<int>(plain.size(1)), plain.data_ptr<float>()).clone();
}

/// Networks see the crop at a size of their own: displacements in pixels of that become those of the crop.
MotionField in_crop(const torch::Tensor& displacement, cv::Size crop) {
  const auto component = [&](std::int64_t channel, int from, int to) {
    cv::Mat1f result;
    cv::resize(matrix_of(displacement[channel]), result, crop, 0, 0, cv::INTER_LINEAR);
    result *= static_cast<double>(to) / from;
    return result;
  };
  return {component(0, static_cast<int>(displacement.size(2)), crop.width),
          component(1, static_cast<int>(displacement.size(1)), crop.height)};
}

/// How much each patch is looked at: by the class token if there is one, else by all patches on average.
cv::Mat1f patch_attention(const torch::Tensor& weights) {  // [heads, tokens, tokens]
  const torch::Tensor mean = weights.detach().mean(0);
  const std::int64_t tokens = mean.size(1);
  const auto side = static_cast<std::int64_t>(std::sqrt(static_cast<double>(tokens)));
  if (side * side == tokens) return matrix_of(mean.mean(0).view({side, side}));
  if (side * side + 1 == tokens) return matrix_of(mean[0].slice(0, 1).view({side, side}));
  throw std::logic_error("patch attention of " + std::to_string(tokens) + " tokens, which are no square of patches");
}

std::vector<WeightedRegion> weighted_regions(const torch::Tensor& weights, const torch::Tensor& boxes) {
  const cv::Mat1f all = matrix_of(torch::cat({boxes.detach(), weights.detach().unsqueeze(1)}, 1));  // [regions, 5]
  std::vector<WeightedRegion> regions;
  for (int i = 0; i < all.rows; ++i)
    regions.push_back({{all(i, 0), all(i, 1), all(i, 2) - all(i, 0), all(i, 3) - all(i, 1)}, all(i, 4)});
  return regions;
}

/// Hears what the network computes; of what it computes twice (for a mirrored face, say), the first.
class Ear {
 public:
  explicit Ear(Network& network) : network_(network) {
    network_.set_probe([this](const std::string& name, const torch::Tensor& value) {
      if (!find(name)) values_.emplace_back(name, value);
    });
  }
  ~Ear() { network_.set_probe({}); }
  Ear(const Ear&) = delete;
  Ear& operator=(const Ear&) = delete;

  std::optional<torch::Tensor> find(const std::string& name) const {
    for (const auto& [heard, value] : values_)
      if (heard == name) return value;
    return std::nullopt;
  }

  /// Those whose names begin with kLastMaps, by what follows it.
  ObservedValues last_maps() const {
    const std::string prefix = kLastMaps;
    ObservedValues maps;
    for (const auto& [name, value] : values_)
      if (name.compare(0, prefix.size(), prefix) == 0) maps.emplace_back(name.substr(prefix.size()), value);
    return maps;
  }

 private:
  Network& network_;
  ObservedValues values_;
};

}  // namespace

std::vector<NamedMap> grad_cam(const ObservedValues& maps, const torch::Tensor& score) {
  ObservedValues reached;
  Tensors values;
  for (const auto& named : maps)
    if (named.second.requires_grad()) {
      reached.push_back(named);
      values.push_back(named.second);
    }
  if (reached.empty()) return {};
  const Tensors gradients = torch::autograd::grad({score}, values, {}, /*retain_graph=*/false, /*create_graph=*/false,
                                                  /*allow_unused=*/true);
  std::vector<NamedMap> streams;
  cv::Size largest;
  for (std::size_t i = 0; i < reached.size(); ++i) {
    if (!gradients[i].defined()) continue;
    const torch::Tensor weights = gradients[i].mean({2, 3}, /*keepdim=*/true);
    streams.push_back({"Grad-CAM" + reached[i].first, matrix_of((weights * values[i]).sum(1)[0])});
    const cv::Size size = streams.back().values.size();
    if (size.area() > largest.area()) largest = size;
  }
  if (streams.empty()) return {};
  cv::Mat1f sum(largest, 0.0F);
  for (const NamedMap& stream : streams) {
    cv::Mat1f same_size;
    cv::resize(stream.values, same_size, largest, 0, 0, cv::INTER_LINEAR);
    sum += same_size;
  }
  std::vector<NamedMap> result;
  result.push_back({"Grad-CAM", sum});
  if (streams.size() > 1) result.insert(result.end(), streams.begin(), streams.end());
  double greatest = 0;
  for (const NamedMap& map : result) {
    double here = 0;
    cv::minMaxLoc(map.values, nullptr, &here);
    greatest = std::max(greatest, here);
  }
  for (NamedMap& map : result) map.values = cv::max(map.values, 0) / (greatest > 0 ? greatest : 1);
  return result;
}

Explanation explained(Network& network, const Tensors& inputs, int label, cv::Size crop) {
  // With gradients whatever the caller does, and from the inputs on: weights may be kept from learning.
  const torch::AutoGradMode gradients(true);
  Tensors batch;
  for (const torch::Tensor& input : inputs)
    batch.push_back(input.is_floating_point() ? input.detach().clone().requires_grad_() : input);
  const Ear ear(network);
  const torch::Tensor logits = network.forward(network.frozen_features(batch));

  Explanation explanation;
  explanation.maps = grad_cam(ear.last_maps(), logits[0][label]);
  if (const auto motion = ear.find("motion")) explanation.motion = in_crop((*motion)[0], crop);
  if (const auto occlusion = ear.find("occlusion"))
    explanation.maps.push_back({"occlusion", matrix_of((*occlusion)[0][0])});
  if (const auto weights = ear.find("patch attention"))
    explanation.maps.push_back({"patch attention", patch_attention((*weights)[0])});
  const auto weights = ear.find("region attention"), boxes = ear.find("region boxes");
  if (weights && boxes) explanation.regions = weighted_regions((*weights)[0], (*boxes)[0]);
  return explanation;
}

}  // namespace merkit::neural
