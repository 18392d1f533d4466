#pragma once

#include "neural/recognition/neural_recognizer.h"
#include "neural/tensors.h"

#include <vector>

namespace merkit::neural {

inline Network& network_of(Recognizer& recognizer) { return dynamic_cast<NeuralRecognizer&>(recognizer).network(); }

/// What frozen_features() is given.
inline Tensors encoded(const Network& network, const SampleSet& samples) {
  std::vector<Tensors> all;
  for (const Sample& sample : samples) all.push_back(network.encode(sample));
  return stacked(all);
}

/// What loss() and forward() are given.
inline Tensors fixed_inputs(Network& network, const SampleSet& samples) {
  const torch::NoGradGuard no_grad;
  return network.frozen_features(encoded(network, samples));
}

}  // namespace merkit::neural
