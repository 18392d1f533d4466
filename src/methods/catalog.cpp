#include "merkit/methods/catalog.h"

#include "core/plugin.h"
#include "merkit/core/error.h"
#include "merkit/core/files.h"
#include "methods/method_list.h"

#include <algorithm>
#include <mutex>

namespace merkit {
namespace {

constexpr Plugin kNeural = {"merkit_neural.so", "merkit_neural_methods", "the neural methods", "LibTorch"};

const std::vector<Method>& plain_methods() {
  static const std::vector<Method> list = {
#define MERKIT_METHOD(name) catalog::name(),
#include "plain_methods.inc"
#undef MERKIT_METHOD
  };
  return list;
}

/// Known without loading anything.
const std::vector<std::string>& neural_names() {
  static const std::vector<std::string> names = {
#define MERKIT_METHOD(name) #name,
#include "neural_methods.inc"
#undef MERKIT_METHOD
  };
  return names;
}

/// A failed attempt throws and is tried again by the next caller.
const std::vector<Method>& neural_methods() {
  static std::mutex mutex;
  static const std::vector<Method>* list = nullptr;
  const std::lock_guard<std::mutex> lock(mutex);
  if (!list) list = reinterpret_cast<decltype(&merkit_neural_methods)>(load_plugin(kNeural))();
  return *list;
}

const Method* find_in(const std::vector<Method>& list, std::string_view name) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const Method& method) { return method.name == name; });
  return found == list.end() ? nullptr : &*found;
}

std::vector<std::string> all_names() {
  std::vector<std::string> names = neural_names();
  for (const Method& method : plain_methods()) names.push_back(method.name);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

const std::vector<Method>& methods() {
  static const std::vector<Method> all = [] {
    std::vector<Method> list = plain_methods();
    if (!neural_names().empty()) list.insert(list.end(), neural_methods().begin(), neural_methods().end());
    std::sort(list.begin(), list.end(), [](const Method& a, const Method& b) { return a.name < b.name; });
    return list;
  }();
  return all;
}

const Method& find_method(std::string_view name) {
  if (const Method* method = find_in(plain_methods(), name)) return *method;
  const auto& neural = neural_names();
  if (std::find(neural.begin(), neural.end(), name) != neural.end())
    if (const Method* method = find_in(neural_methods(), name)) return *method;
  throw_unknown_name("method", name, all_names());
}

Settings default_config(std::string_view name) {
  const Method& method = find_method(name);
  return Settings::from_file(find_resource("configs/methods/" + method.name + ".json"));
}

namespace {

/// What `work` gives; its ConfigError becomes a ModelError.
template <class Work>
decltype(auto) for_model(const ModelFile& model, const Work& work) {
  try {
    return work();
  } catch (const ConfigError& error) {
    throw ModelError("model \"" + model.info.name + "\" cannot be used: " + error.what(), error.hint());
  }
}

/// What `make` makes with the model's own settings and classes, with the model loaded.
template <class Make>
auto loaded(const ModelFile& model, const Make& make) {
  return for_model(model, [&] {
    auto result = make(Settings::parse(model.info.config, model.info.name + " (config)"), LabelSet(model.info.labels));
    result->load(model);
    return result;
  });
}

/// Throws ModelError when there is no method of the name that the model has.
const Method& method_of(const ModelFile& model) {
  return for_model(model, [&]() -> const Method& { return find_method(model.info.method); });
}

}  // namespace

std::unique_ptr<Recognizer> load_recognizer(const ModelFile& model) {
  const Method& method = method_of(model);
  if (!method.make_recognizer)
    throw ModelError("model \"" + model.info.name + "\" is of the method " + method.name +
                     ", which recognizes nothing");
  if (model.info.labels.empty())
    throw ModelError("model \"" + model.info.name + "\" has learned to spot, not to recognize");
  return loaded(model, method.make_recognizer);
}

std::unique_ptr<Spotter> load_spotter(const ModelFile& model) {
  const Method& method = method_of(model);
  if (!method.make_spotter)
    throw ModelError("model \"" + model.info.name + "\" is of the method " + method.name + ", which spots nothing");
  return loaded(model, method.make_spotter);
}

}  // namespace merkit
