#include "neural/spotting/neural_spotter.h"

#include "learning/model_parts.h"
#include "merkit/core/error.h"
#include "neural/device.h"
#include "neural/process_settings.h"
#include "neural/spotting/spotting_ensemble.h"
#include "neural/spotting/spotting_sessions.h"
#include "neural/tensors.h"
#include "neural/torch_version.h"
#include "spotting/tuned_spotter.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>

namespace merkit::neural {
namespace {

using spotting::MapFrame;
using spotting::ScoredFrame;

constexpr const char* kTypeNames[kTypes] = {"micro", "macro"};
/// Half duration in seconds and threshold, of micro and of macro.
constexpr const char* kRules = "spotter.rules";

std::string part_name(int type) { return std::string(kSpotterPart) + kTypeNames[type] + "."; }

/// Reports several trainings as one.
class JoinedObserver final : public FitObserver {
 public:
  JoinedObserver(FitObserver& to, int epochs) : to_(to), epochs_(epochs) {}
  void on_epoch(int, int, double loss, double accuracy) override { to_.on_epoch(++epoch_, epochs_, loss, accuracy); }

 private:
  FitObserver& to_;
  int epoch_ = 0, epochs_;
};

/// The labelled expressions whose onset and apex can be compared.
TrainingData labelled_expressions(const SpottingSampleSet& samples, const LabelSet& labels,
                                  const RegionMotionConfig& input) {
  std::vector<torch::Tensor> inputs;
  std::vector<std::int64_t> classes;
  for (const SpottingSample& sample : samples) {
    const auto& frames = dynamic_cast<const MeasuredMaps&>(*sample.measured).frames;
    const auto at = [&](int number) {
      const auto found = std::find_if(frames.begin(), frames.end(), [&](auto& f) { return f.number == number; });
      return found == frames.end() || !found->valid ? nullptr : &*found;
    };
    for (const TrueExpression& expression : sample.expressions) {
      if (!expression.label) continue;
      if (*expression.label < 0 || *expression.label >= labels.size())
        throw InputError("clip \"" + sample.id + "\" has an expression of class " + std::to_string(*expression.label) +
                         "; the classes are 0.." + std::to_string(labels.size() - 1));
      const MapFrame *const onset = at(expression.interval.onset), *const apex =
                                                                       at(expression.interval.apex_or_middle());
      if (!onset || !apex || onset->segment != apex->segment) continue;
      inputs.push_back(motion_maps(*onset, *apex, input));
      classes.push_back(*expression.label);
    }
  }
  TrainingData data;
  data.classes = labels.size();
  if (inputs.empty()) return data;
  if (std::count(classes.begin(), classes.end(), classes.front()) == static_cast<std::ptrdiff_t>(classes.size()))
    throw InputError("all " + std::to_string(classes.size()) + " labelled expressions are of the class \"" +
                     labels.classes().at(static_cast<std::size_t>(classes.front())) + "\", which teaches nothing");
  data.inputs = {torch::stack(inputs)};
  data.labels = torch::tensor(classes, torch::kInt64);
  return data;
}

void add_tensors(std::vector<ModelTensor>& to, const Network& network, const std::string& prefix) {
  for (const auto& [name, value] : named_values(network)) to.push_back(to_model_tensor(prefix + name, value));
}

ModelTensor rules_tensor(const spotting::SpottingRules& rules) {
  return to_model_tensor(
      kRules, torch::tensor({{rules.micro.half_s, rules.micro.threshold}, {rules.macro.half_s, rules.macro.threshold}},
                            torch::kFloat64));
}

/// Throws ModelError.
spotting::SpottingRules rules_of(const ModelFile& model) {
  const auto found = std::find_if(model.tensors.begin(), model.tensors.end(), [](auto& t) { return t.name == kRules; });
  if (found == model.tensors.end())
    throw ModelError("model \"" + model.info.name + "\" has learned to recognize, not to spot",
                     "train it on long videos with `merkit train`");
  check_layout({{kRules, "F64", {2, 2}, {}}}, {*found}, model.info.name);
  double values[4];
  if (found->bytes.size() != sizeof values) throw_incomplete(kRules, model.info.name);
  std::memcpy(values, found->bytes.data(), sizeof values);
  return {{values[0], values[1]}, {values[2], values[3]}};
}

}  // namespace

NeuralSpotter::NeuralSpotter(SpotterType type, const Settings& config, LabelSet labels)
    : type_(type), identity_{type.method, kRegionMotionKind, type.resolve(config), std::move(labels)} {
  if (!type_.build_recognition) identity_.labels = LabelSet();
}

RegionMotionConfig NeuralSpotter::input() const { return type_.input(identity_.config); }

std::unique_ptr<MeasuringSession> NeuralSpotter::measure(double fps) const { return map_session(input(), fps); }

void NeuralSpotter::check_ready() const {
  if (!ready_) throw ModelError(type_.method + " has neither been fitted nor loaded");
}

std::vector<ScoredFrame> NeuralSpotter::scores(const MeasuredClip& clip) const {
  check_ready();
  return scored_frames(dynamic_cast<const MeasuredMaps&>(clip), input(), networks_, device_);
}

SpottingResult NeuralSpotter::spot(const MeasuredClip& clip) const {
  return decide(scores(clip), rules_, type_.spotting(identity_.config).scores);
}

std::unique_ptr<SpottingSession> NeuralSpotter::start(double fps) const {
  check_ready();
  return scoring_session(input(), fps, networks_, device_, rules_, type_.spotting(identity_.config).scores);
}

template <class Build>
auto NeuralSpotter::built(std::uint64_t seed, const Build& build) const {
  const std::lock_guard<std::mutex> lock(generator_mutex());
  torch::manual_seed(seed);
  auto network = build();
  network->eval();
  return network;
}

std::shared_ptr<SpottingNetwork> NeuralSpotter::built_to_spot(std::uint64_t seed) const {
  return built(seed, [&]() -> std::shared_ptr<SpottingNetwork> {
    std::vector<std::shared_ptr<SpottingNetwork>> members;
    for (int i = type_.training(identity_.config).members; i > 0; --i) members.push_back(type_.build(identity_.config));
    return members.size() == 1 ? members.front() : std::make_shared<SpottingEnsemble>(input(), members);
  });
}

SpottingNetworks NeuralSpotter::trained(const SpottingSampleSet& training, const spotting::SpottingRules& rules,
                                        const FitOptions& options, FitObserver& observer) const {
  const SpottingConfig config = type_.spotting(identity_.config);
  SpottingNetworks networks;
  for (int type = 0; type < kTypes; ++type) {
    const double half_s = type == 0 ? rules.micro.half_s : rules.macro.half_s;
    const bool any = expected_half_s(training, type == 0 ? ExpressionType::micro : ExpressionType::macro) > 0;
    if (half_s == 0 || !any) continue;
    TrainingData data = spotting_examples(training, type, half_s, input(), config, options.seed);
    networks[type] = built_to_spot(options.seed);
    networks[type]->use_generator(make_generator(options.seed ^ 0x9e3779b97f4a7c15ull));
    networks[type]->to(device_);
    data.inputs = moved(data.inputs, device_);
    data.labels = data.labels.to(device_);
    train(*networks[type], data, type_.training(identity_.config), options.seed, observer);
    networks[type]->eval();
  }
  return networks;
}

void NeuralSpotter::fit(const SpottingSampleSet& given, const FitOptions& options, FitObserver& observer) {
  spotting::check_training(given, type_.method);
  SpottingSampleSet training = given;  // in an order of its own: what is learned must not depend on that of the list
  std::sort(training.begin(), training.end(), [](const SpottingSample& a, const SpottingSample& b) {
    return std::make_pair(a.subject_key(), a.id) < std::make_pair(b.subject_key(), b.id);
  });
  use_device(options.device);
  use_threads(std::max(options.threads, 1));
  keep_freed_memory();
  const SpottingConfig config = type_.spotting(identity_.config);
  spotting::SpottingRules rules;
  rules.micro.half_s = expected_half_s(training, ExpressionType::micro);
  rules.macro.half_s = expected_half_s(training, ExpressionType::macro);
  const TrainingData named =
      identity_.labels.size() > 0 ? labelled_expressions(training, identity_.labels, input()) : TrainingData();

  const std::vector<std::string> subjects = spotting::subjects_of(training);
  const int folds = subjects.size() < 3 ? 1 : std::min(config.inner_folds, static_cast<int>(subjects.size()));
  const int types = (rules.micro.half_s > 0 ? 1 : 0) + (rules.macro.half_s > 0 ? 1 : 0);
  const int trainings = types * (folds > 1 ? folds + 1 : 1);
  JoinedObserver joined(observer, trainings * type_.training(identity_.config).epochs +
                                      (named.inputs.empty() ? 0 : type_.recognition_training(identity_.config).epochs));
  std::vector<ScoredClip> scored;
  for (int fold = 0; fold < folds && folds > 1; ++fold) {
    const auto is_left_out = [&](const SpottingSample& sample) {
      const auto subject = std::find(subjects.begin(), subjects.end(), sample.subject_key()) - subjects.begin();
      return subject % folds == fold;
    };
    SpottingSampleSet shown;
    std::copy_if(training.begin(), training.end(), std::back_inserter(shown),
                 [&](const SpottingSample& sample) { return !is_left_out(sample); });
    const SpottingNetworks networks = trained(shown, rules, options, joined);
    for (const SpottingSample& sample : training)
      if (is_left_out(sample))
        scored.push_back(
            {scored_frames(dynamic_cast<const MeasuredMaps&>(*sample.measured), input(), networks, device_),
             &sample.expressions});
  }
  const SpottingNetworks networks = trained(training, rules, options, joined);
  if (folds == 1)
    for (const SpottingSample& sample : training)
      scored.push_back({scored_frames(dynamic_cast<const MeasuredMaps&>(*sample.measured), input(), networks, device_),
                        &sample.expressions});
  rules_ = with_best_thresholds(scored, rules, config.scores);
  networks_ = networks;
  recognition_ = named.inputs.empty() ? nullptr : trained_recognition(named, options, joined);
  ready_ = true;
  info_ = {};
  info_.subjects = subjects;
  info_.provenance = options.provenance;
  info_.licence = options.licence;
}

std::shared_ptr<Network> NeuralSpotter::trained_recognition(TrainingData data, const FitOptions& options,
                                                            FitObserver& observer) const {
  const auto network = built(options.seed, [&] {
    return type_.build_recognition(identity_.config, identity_.labels.size(), networks_.front().get());
  });
  network->use_generator(make_generator(options.seed ^ 0x9e3779b97f4a7c15ull));
  network->to(device_);
  {
    const torch::NoGradGuard no_grad;
    data.inputs = network->frozen_features(moved(data.inputs, device_));
  }
  data.labels = data.labels.to(device_);
  train(*network, data, type_.recognition_training(identity_.config), options.seed, observer);
  network->eval();
  return network;
}

std::vector<ModelTensor> NeuralSpotter::tensors() const {
  std::vector<ModelTensor> tensors = {rules_tensor(rules_)};
  for (int type = 0; type < kTypes; ++type)
    if (networks_[type]) add_tensors(tensors, *networks_[type], part_name(type));
  if (recognition_) add_tensors(tensors, *recognition_, "");
  return tensors;
}

void NeuralSpotter::save(const std::filesystem::path& file) const {
  if (!ready_) throw ModelError(type_.method + " has neither been fitted nor loaded, so there is nothing to save");
  ModelFile model;
  model.info = described_model(info_, identity_);
  if (!recognition_) model.info.labels.clear();
  model.tensors = tensors();
  model.write(file);
}

void NeuralSpotter::load(const ModelFile& model) {
  NeuralSpotter loaded(*this);
  loaded.identity_ = stored_identity(model.info, identity_, type_.resolve);
  loaded.rules_ = rules_of(model);
  const double half_s[kTypes] = {loaded.rules_.micro.half_s, loaded.rules_.macro.half_s};
  for (int type = 0; type < kTypes; ++type)
    loaded.networks_[type] = half_s[type] > 0 ? loaded.built_to_spot(0) : nullptr;
  const int classes = loaded.identity_.labels.size();
  loaded.recognition_ = nullptr;
  if (type_.build_recognition && classes > 0)
    loaded.recognition_ =
        built(0, [&] { return type_.build_recognition(loaded.identity_.config, classes, loaded.networks_[0].get()); });
  std::vector<ModelTensor> layout = loaded.tensors();
  for (ModelTensor& tensor : layout) tensor.bytes.clear();
  check_layout(layout, model.tensors, model.info.name);
  for (int type = 0; type < kTypes; ++type)
    if (loaded.networks_[type])
      copy_into(*loaded.networks_[type], part_of(model.tensors, part_name(type)), model.info.name);
  if (loaded.recognition_) copy_into(*loaded.recognition_, without_part(model.tensors, kSpotterPart), model.info.name);
  loaded.info_ = model.info;
  loaded.ready_ = true;
  loaded.move_to(device_);
  *this = std::move(loaded);
}

void NeuralSpotter::move_to(const torch::Device& device) {
  for (const auto& network : networks_)
    if (network) network->to(device);
  if (recognition_) recognition_->to(device);
  device_ = device;
}

std::string NeuralSpotter::use_device(const std::string& device) {
  move_to(device_from_string(device));
  return device_.str();
}

}  // namespace merkit::neural
