// Leave-one-subject-out training of STSTNet, merkit's beside a straightforward LibTorch loop over the folds: how long
// each takes, and whether they come to the same predictions.
//
//     fold_speed MANIFEST [folds] [epochs] [copies] [plain folds]
//
// `copies` repeats every clip, `plain folds` is how many of the folds the loop trains (0: none, for the memory of
// merkit's alone). MANIFEST has motion images (column features) and the classes of megc2019.
#include "learning/training_set.h"
#include "merkit/data/manifest.h"
#include "merkit/data/protocol.h"
#include "merkit/experiments/recognition_plan.h"
#include "merkit/pipeline/prepare_samples.h"
#include "methods/method_list.h"
#include "neural/inputs/motion_input.h"
#include "neural/network.h"
#include "neural/torch_version.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include <sys/resource.h>

namespace {

namespace nn = torch::nn;
using Clock = std::chrono::steady_clock;
using merkit::RecognitionPlan;

/// STSTNet of LibTorch's layers; weights are drawn in the same order as merkit's.
struct PlainStstnet : nn::Module {
  std::vector<nn::Conv2d> convolutions;
  std::vector<nn::BatchNorm2d> norms;
  nn::Linear classifier{nullptr};
  merkit::neural::Dropout same_dropout{nullptr};
  bool same_masks;

  PlainStstnet(std::uint64_t seed, bool with_same_masks) : same_masks(with_same_masks) {
    torch::manual_seed(seed);
    for (const int filters : {3, 5, 8}) {
      const std::string name = std::to_string(filters);
      convolutions.push_back(register_module("conv" + name, nn::Conv2d(nn::Conv2dOptions(3, filters, 3).padding(2))));
      norms.push_back(register_module("norm" + name, nn::BatchNorm2d(filters)));
    }
    classifier = register_module("classifier", nn::Linear(400, 3));
    same_dropout = register_module("dropout", merkit::neural::Dropout(0.5));
    same_dropout->use_generator(merkit::neural::make_generator(seed ^ 0x9e3779b97f4a7c15ull));
  }

  torch::Tensor forward(const torch::Tensor& images) {
    std::vector<torch::Tensor> maps;
    for (std::size_t i = 0; i < convolutions.size(); ++i) {
      const torch::Tensor normal = norms[i]->forward(torch::relu(convolutions[i]->forward(images)));
      const torch::Tensor pooled = torch::max_pool2d(normal, 3, 3, 1);
      maps.push_back(same_masks ? pooled : torch::dropout(pooled, 0.5, is_training()));
    }
    const torch::Tensor all = torch::cat(maps, 1);
    return classifier->forward(torch::avg_pool2d(same_masks ? same_dropout->forward(all) : all, 2).flatten(1));
  }
};

struct Set {
  torch::Tensor images, labels;
};

Set to_tensors(const merkit::SampleSet& samples, const std::vector<std::size_t>& chosen) {
  std::vector<torch::Tensor> images;
  std::vector<std::int64_t> labels;
  for (const std::size_t i : chosen) {
    images.push_back(merkit::neural::onset_apex_motion(samples[i], {}));
    labels.push_back(*samples[i].label);
  }
  return {torch::stack(images), torch::tensor(labels, torch::kInt64)};
}

/// Probabilities of the held-out clips, [clips, 3].
torch::Tensor plain_fold(const RecognitionPlan& plan, const RecognitionPlan::Task& task,
                         const merkit::SampleSet& samples, int epochs, bool same_masks) {
  std::vector<std::size_t> training, held_out;
  for (std::size_t i = 0; i < plan.clips.size(); ++i)
    (plan.group_of(plan.clips[i]) == task.group ? held_out : training).push_back(i);
  const Set set = to_tensors(samples, training), test = to_tensors(samples, held_out);
  PlainStstnet network(task.seed, same_masks);
  torch::optim::Adam optimizer(network.parameters(), torch::optim::AdamOptions(5e-5));
  const at::Generator order = merkit::neural::make_generator(task.seed);
  const std::int64_t count = set.labels.size(0);
  for (int epoch = 0; epoch < epochs; ++epoch) {
    const torch::Tensor shown = torch::randperm(count, order, torch::kInt64);
    for (std::int64_t begin = 0; begin < count; begin += 256) {
      const torch::Tensor chosen = shown.slice(0, begin, std::min<std::int64_t>(begin + 256, count));
      optimizer.zero_grad();
      nn::functional::cross_entropy(network.forward(set.images.index_select(0, chosen)),
                                    set.labels.index_select(0, chosen))
          .backward();
      optimizer.step();
    }
  }
  network.eval();
  const torch::NoGradGuard no_grad;
  return torch::softmax(network.forward(test.images), 1);
}

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

}  // namespace

int main(int argc, char** argv) {
  const auto number = [&](int i, int otherwise) { return argc > i ? std::atoi(argv[i]) : otherwise; };
  const int folds = number(2, 40), epochs = number(3, 800), copies = number(4, 1);
  const int plain_folds = std::min(number(5, folds), folds), threads = 2;

  const merkit::Manifest manifest = merkit::Manifest::read(argv[1]);
  const merkit::Protocol protocol = merkit::Protocol::find("megc2019");
  const std::string settings = "{\"training\": {\"epochs\": " + std::to_string(epochs) + "}}";
  RecognitionPlan plan;
  plan.method = "ststnet";
  plan.config = settings;
  plan.protocol = protocol.name;
  plan.classes = protocol.classes;
  plan.seeds = {1};
  merkit::SampleSet samples;
  const merkit::SharedFaceModel faces;
  for (int copy = 0; copy < copies; ++copy)
    for (const auto& clip : manifest.clips) {
      merkit::Sample sample = merkit::prepare_sample(clip, {}, faces);
      sample.label = protocol.class_of(clip);
      samples.push_back(sample);
      plan.clips.push_back(
          {clip.clip_id + "_" + std::to_string(copy), clip.dataset, clip.subject, *samples.back().label});
    }
  std::vector<RecognitionPlan::Task> tasks = plan.tasks();
  tasks.resize(std::min(tasks.size(), static_cast<std::size_t>(folds)));
  const merkit::Method method = merkit::catalog::ststnet();
  const auto make = [&] {
    return method.make_recognizer(merkit::Settings::parse(settings, "fold_speed"), merkit::LabelSet(plan.classes));
  };

  const auto begin = Clock::now();
  std::vector<merkit::RecognitionTaskResult> results(tasks.size());
  merkit::for_each_number(tasks.size(), threads,
                          [&](std::size_t i) { results[i] = merkit::run_task(plan, tasks[i], samples, make, {}); });
  const double ours = seconds_since(begin);
  const double ours_ms = ours * 1e3 / static_cast<double>(tasks.size()) / epochs;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("merkit: %zu samples, %zu folds, %d epochs, %d threads: %.2f s, %.3f ms a fold and epoch, %ld MiB\n",
              samples.size(), tasks.size(), epochs, threads, ours, ours_ms, usage.ru_maxrss / 1024);
  if (plain_folds == 0) return 0;

  at::set_num_threads(threads);
  const auto plain_begin = Clock::now();
  for (int i = 0; i < plain_folds; ++i)
    plain_fold(plan, tasks[static_cast<std::size_t>(i)], samples, epochs, /*same_masks=*/false);
  const double plain = seconds_since(plain_begin);
  const double plain_ms = plain * 1e3 / plain_folds / epochs;
  std::printf("plain:  %d folds one after another, %d threads inside: %.2f s, %.3f ms a fold and epoch\n", plain_folds,
              threads, plain, plain_ms);
  std::printf("ratio %.2f\n", plain_ms / ours_ms);

  double greatest = 0;
  int compared = 0, same = 0;
  for (int i = 0; i < plain_folds; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const torch::Tensor expected = plain_fold(plan, tasks[at], samples, epochs, /*same_masks=*/true);
    for (std::size_t clip = 0; clip < results[at].predictions.size(); ++clip) {
      const auto& scores = results[at].predictions[clip].scores;
      const torch::Tensor row = expected[static_cast<std::int64_t>(clip)];
      ++compared;
      same += row.argmax().item<int>() == results[at].predictions[clip].label;
      for (std::size_t c = 0; c < scores.size(); ++c)
        greatest = std::max(
            greatest, std::abs(static_cast<double>(scores[c]) - row[static_cast<std::int64_t>(c)].item<double>()));
    }
  }
  std::printf("with equal seeds, orders and masks: %d of %d clips named alike, probabilities differ by at most %.2g\n",
              same, compared, greatest);
  return 0;
}
