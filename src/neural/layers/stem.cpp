#include "neural/layers/stem.h"

#include "merkit/core/instruction_set.h"
#include "neural/layers/stem_kernels.h"

#include <cmath>

namespace merkit::neural {
namespace {

namespace nn = torch::nn;
using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

/// All that the passes need besides tensors with gradients.
struct Plan {
  stem::Shape shape;
  DropoutMask mask;
  bool learning = false;
  double epsilon = 1e-5;
};

/// Sums over a batch, in double precision: see stem::Sums.
struct BatchSums {
  explicit BatchSums(const stem::Shape& shape)
      : lanes(shape.lanes()),
        sample(torch::zeros({3 + 2 * shape.taps(), lanes})),
        total(torch::zeros({3 + 2 * shape.taps(), lanes}, torch::kFloat64)) {}

  stem::Sums of_sample() const {
    float* const first = sample.data_ptr<float>();
    const std::int64_t taps = (sample.size(0) - 3) / 2;
    return {first, first + lanes, first + 2 * lanes, first + 3 * lanes, first + (3 + taps) * lanes};
  }

  void add_sample() {
    float* const from = sample.data_ptr<float>();
    double* const to = total.data_ptr<double>();
    for (std::int64_t i = 0; i < sample.numel(); ++i) {
      to[i] += from[i];
      from[i] = 0;
    }
  }

  std::int64_t lanes;
  torch::Tensor sample, total;
};

/// [C, ...] -> [C padded with zeros to lanes, ...], contiguous.
torch::Tensor padded(const torch::Tensor& values, std::int64_t lanes) {
  auto sizes = values.sizes().vec();
  sizes[0] = lanes;
  const torch::Tensor result = torch::zeros(sizes, values.options());
  result.narrow(0, 0, values.size(0)).copy_(values);
  return result;
}

class StemFunction : public torch::autograd::Function<StemFunction> {
 public:
  /// Features, then mean and biased variance of the batch (learning) or as given.
  static variable_list forward(AutogradContext* context, const torch::Tensor& images, const torch::Tensor& weight,
                               const torch::Tensor& bias, const torch::Tensor& scale, const torch::Tensor& shift,
                               const torch::Tensor& given_mean, const torch::Tensor& given_variance, Plan* plan) {
    const stem::Shape& shape = plan->shape;
    const std::int64_t count = images.size(0), lanes = shape.lanes(), filters = shape.filters;
    // Taps in the order in which they lie in a packed image: row, column, channel.
    const torch::Tensor weights = padded(weight.permute({0, 2, 3, 1}).reshape({filters, -1}), lanes).t().contiguous();
    const torch::Tensor biases = padded(bias, lanes);
    const torch::Tensor sign = padded(torch::where(scale.lt(0), -1., 1.).to(torch::kFloat32), lanes);
    const torch::Tensor packed = torch::empty({plan->learning ? count : 1, shape.image_floats()});
    const torch::Tensor pooled = torch::empty({count, shape.pooled(), lanes});
    const torch::Tensor places = torch::empty({plan->learning ? count : 1, shape.pooled(), lanes}, torch::kInt32);
    BatchSums sums(shape);
    const stem::Sums of_sample = sums.of_sample();
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t slot = plan->learning ? i : 0;
      float* const image = packed.data_ptr<float>() + slot * packed.size(1);
      stem::pack_image(shape, images.data_ptr<float>() + i * images.stride(0), image);
      stem::convolve_and_pool(shape, image, weights.data_ptr<float>(), biases.data_ptr<float>(), sign.data_ptr<float>(),
                              pooled.data_ptr<float>() + i * pooled.stride(0),
                              places.data_ptr<std::int32_t>() + slot * places.stride(0),
                              plan->learning ? &of_sample : nullptr);
      if (plan->learning) sums.add_sample();
    }
    const double positions = static_cast<double>(count) * shape.map_height() * shape.map_width();
    torch::Tensor mean = given_mean.to(torch::kFloat64), variance = given_variance.to(torch::kFloat64);
    if (plan->learning) {
      mean = sums.total[0].narrow(0, 0, filters) / positions;
      variance = (sums.total[1].narrow(0, 0, filters) / positions - mean * mean).clamp_min(0);
    }
    const torch::Tensor factor = scale.to(torch::kFloat64) / (variance + plan->epsilon).sqrt();
    const torch::Tensor factors = padded((factor).to(torch::kFloat32), lanes) * sign;
    const torch::Tensor shifts = padded((shift - mean * factor).to(torch::kFloat32), lanes);
    const torch::Tensor features = torch::empty({count, filters * shape.averaged()});
    for (std::int64_t i = 0; i < count; ++i)
      stem::finish(shape, pooled.data_ptr<float>() + i * pooled.stride(0), factors.data_ptr<float>(),
                   shifts.data_ptr<float>(), plan->mask, static_cast<int>(i),
                   features.data_ptr<float>() + i * features.stride(0));
    if (plan->learning) {
      context->save_for_backward({packed, pooled, places, sign, sums.total, mean, variance, scale});
      context->saved_data["plan"] = c10::IValue::make_capsule(c10::make_intrusive<Saved>(*plan));
    }
    context->mark_non_differentiable({mean, variance});
    return {features, mean, variance};
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor &packed = saved[0], &pooled = saved[1], &places = saved[2], &sign = saved[3], &total = saved[4],
                        &mean = saved[5], &variance = saved[6], &scale = saved[7];
    const auto kept = context->saved_data["plan"].toCapsule();
    const Plan& plan = static_cast<const Saved&>(*kept).plan;
    const stem::Shape& shape = plan.shape;
    const std::int64_t count = pooled.size(0), lanes = shape.lanes(), filters = shape.filters, taps = shape.taps();
    const torch::Tensor gradient = gradients[0].contiguous();
    const torch::Tensor of_pooled = torch::empty({shape.pooled(), lanes});
    const torch::Tensor gathered = torch::zeros({filters, shape.kernel, shape.gathered_row()});
    const torch::Tensor active = torch::zeros({filters});
    const torch::Tensor sums = torch::zeros({2, lanes}, torch::kFloat64);  // of gradients, and of gradient * value
    for (std::int64_t i = 0; i < count; ++i) {
      const float* const values = pooled.data_ptr<float>() + i * pooled.stride(0);
      stem::unfinish(shape, gradient.data_ptr<float>() + i * gradient.stride(0), plan.mask, static_cast<int>(i),
                     of_pooled.data_ptr<float>());
      stem::gather(shape, packed.data_ptr<float>() + i * packed.stride(0), values,
                   places.data_ptr<std::int32_t>() + i * places.stride(0), sign.data_ptr<float>(),
                   of_pooled.data_ptr<float>(), gathered.data_ptr<float>(), active.data_ptr<float>());
      add_moments(of_pooled.data_ptr<float>(), values, shape.pooled(), lanes, sums.data_ptr<double>());
    }
    // y = scale (x - mean) / deviation + shift, and the batch's mean and variance depend on every x:
    // dx = scale / deviation * (dy - mean(dy) - normalised x * mean(dy * normalised x)).
    const auto of_filters = [&](const torch::Tensor& row) { return row.narrow(-1, 0, filters); };
    const double positions = static_cast<double>(count) * shape.map_height() * shape.map_width();
    const torch::Tensor inverse = (variance + plan.epsilon).rsqrt();
    const torch::Tensor of_shift = of_filters(sums[0]);
    const torch::Tensor of_scale = (of_filters(sums[1] * sign) - mean * of_shift) * inverse;
    const torch::Tensor slope = of_scale * inverse / positions;       // per unit of x - mean
    const torch::Tensor level = of_shift / positions - mean * slope;  // at x = 0
    const torch::Tensor factor = scale.to(torch::kFloat64) * inverse;
    const auto taps_of = [&](std::int64_t first) { return of_filters(total.narrow(0, first, taps)); };
    const torch::Tensor sparse = gathered.narrow(2, 0, shape.tap_row()).reshape({filters, taps}).t();
    const torch::Tensor of_weights = factor * (sparse - level * taps_of(3) - slope * taps_of(3 + taps));
    const torch::Tensor of_bias = factor * (active - level * of_filters(total[2]) - slope * of_filters(total[0]));
    const torch::Tensor of_weight =
        of_weights.t().reshape({filters, shape.kernel, shape.kernel, shape.channels}).permute({0, 3, 1, 2});
    const auto as_float = [](const torch::Tensor& values) { return values.to(torch::kFloat32).contiguous(); };
    return {Variable(),         as_float(of_weight), as_float(of_bias), as_float(of_scale),
            as_float(of_shift), Variable(),          Variable(),        Variable()};
  }

 private:
  struct Saved : torch::CustomClassHolder {
    explicit Saved(const Plan& given) : plan(given) {}
    Plan plan;
  };

  static void add_moments(const float* gradient, const float* values, std::int64_t count, std::int64_t lanes,
                          double* sums) {
    std::vector<float> plain(static_cast<std::size_t>(lanes)), weighted(plain);
    for (std::int64_t i = 0; i < count; ++i)
      for (std::int64_t lane = 0; lane < lanes; ++lane) {
        const float g = gradient[i * lanes + lane];
        plain[static_cast<std::size_t>(lane)] += g;
        weighted[static_cast<std::size_t>(lane)] += g * values[i * lanes + lane];
      }
    for (std::int64_t lane = 0; lane < lanes; ++lane) {
      sums[lane] += plain[static_cast<std::size_t>(lane)];
      sums[lanes + lane] += weighted[static_cast<std::size_t>(lane)];
    }
  }
};

bool is_fused(const torch::Tensor& images, const std::vector<StemBranch>& branches) {
  return images.is_cpu() && images.scalar_type() == torch::kFloat32 && images.size(1) <= 3 &&
         branches.front().convolution->weight.scalar_type() == torch::kFloat32;
}

/// What the branches hold, one after the other.
template <class Of>
torch::Tensor joined(const std::vector<StemBranch>& branches, Of of) {
  std::vector<torch::Tensor> parts;
  for (const StemBranch& branch : branches) parts.push_back(of(branch));
  return torch::cat(parts);
}

/// What BatchNorm2d does after a batch in training mode.
void update_statistics(const StemBranch& branch, const torch::Tensor& mean, const torch::Tensor& unbiased_variance) {
  const torch::NoGradGuard no_grad;
  nn::BatchNorm2d norm = branch.normalisation;
  norm->num_batches_tracked.add_(1);
  const double momentum = norm->options.momentum().value_or(0.1);
  norm->running_mean.mul_(1 - momentum).add_(mean.to(torch::kFloat32), momentum);
  norm->running_var.mul_(1 - momentum).add_(unbiased_variance.to(torch::kFloat32), momentum);
}

torch::Tensor fused_stem(const torch::Tensor& images, const std::vector<StemBranch>& branches, Dropout dropout,
                         const StemOptions& options) {
  const torch::Tensor weight = joined(branches, [](const auto& branch) { return branch.convolution->weight; });
  const auto& norm = branches.front().normalisation;
  Plan plan;
  plan.shape = {static_cast<int>(images.size(1)),
                static_cast<int>(images.size(2)),
                static_cast<int>(images.size(3)),
                static_cast<int>(weight.size(0)),
                static_cast<int>(weight.size(2)),
                options.padding,
                options.pool,
                options.pool_padding,
                options.average};
  plan.learning = norm->is_training();
  plan.epsilon = norm->options.eps();
  plan.mask = dropout->next_mask();
  const auto result = StemFunction::apply(
      images.contiguous(), weight, joined(branches, [](const auto& branch) { return branch.convolution->bias; }),
      joined(branches, [](const auto& branch) { return branch.normalisation->weight; }),
      joined(branches, [](const auto& branch) { return branch.normalisation->bias; }),
      joined(branches, [](const auto& branch) { return branch.normalisation->running_mean; }),
      joined(branches, [](const auto& branch) { return branch.normalisation->running_var; }), &plan);
  if (plan.learning) {
    const double positions = static_cast<double>(images.size(0)) * plan.shape.map_height() * plan.shape.map_width();
    std::int64_t first = 0;
    for (const StemBranch& branch : branches) {
      const std::int64_t filters = branch.convolution->weight.size(0);
      update_statistics(branch, result[1].narrow(0, first, filters),
                        result[2].narrow(0, first, filters) * (positions / (positions - 1)));
      first += filters;
    }
  }
  return result[0];
}

}  // namespace

torch::Tensor apply_plain_stem(const torch::Tensor& images, const std::vector<StemBranch>& branches, Dropout dropout,
                               const StemOptions& options,
                               const std::function<void(std::size_t branch, const torch::Tensor& maps)>& see) {
  std::vector<torch::Tensor> maps;
  for (StemBranch branch : branches) {
    const torch::Tensor whole = branch.normalisation->forward(torch::relu(branch.convolution->forward(images)));
    if (see) see(maps.size(), whole);
    maps.push_back(torch::max_pool2d(whole, options.pool, options.pool, options.pool_padding));
  }
  const torch::Tensor kept = dropout->forward(torch::cat(maps, 1));
  return (options.average > 1 ? torch::avg_pool2d(kept, options.average) : kept).flatten(1);
}

torch::Tensor apply_stem(const torch::Tensor& images, const std::vector<StemBranch>& branches, Dropout dropout,
                         const StemOptions& options) {
  instruction_set();  // chooses the kernels
  return is_fused(images, branches) ? fused_stem(images, branches, dropout, options)
                                    : apply_plain_stem(images, branches, dropout, options);
}

}  // namespace merkit::neural
