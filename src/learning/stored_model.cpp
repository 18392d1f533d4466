#include "learning/stored_model.h"

#include "core/settings_impl.h"
#include "merkit/core/error.h"
#include "merkit/learning/method.h"

#include <map>

namespace merkit {
namespace {

using Json = nlohmann::ordered_json;

std::string input_description(const RecognizerIdentity& identity) {
  Json description = {{"kind", identity.input_kind}};
  const Settings input = identity.config.child("input");
  for (const auto& [key, value] : input.impl().value.items()) description[key] = value;
  return description.dump();
}

Settings stored_config(const ModelInfo& info, const std::string& input_kind) {
  Settings config = Settings::parse(info.config, info.name + " (config)");
  Settings input = Settings::parse(info.input, info.name + " (input)");
  Json& description = input.impl().value;
  const Json kind = description.value("kind", Json());
  if (kind != input_kind)
    throw ModelError("model \"" + info.name + "\" reads input of kind " + kind.dump() + "; its method " + info.method +
                     " reads \"" + input_kind + "\"");
  description.erase("kind");
  Settings merged = config.child("input");
  merged.merge(input);
  config.set_child("input", merged);
  return config;
}

std::string described(const ModelTensor& tensor) { return tensor.dtype + " " + shape_text(tensor.shape); }

/// What `given` lacks, has too much, or has in another form.
std::string differences(const std::vector<ModelTensor>& expected, const std::vector<ModelTensor>& given) {
  std::map<std::string, std::string> left;
  for (const ModelTensor& tensor : given) left[tensor.name] = described(tensor);
  std::string text;
  for (const ModelTensor& tensor : expected) {
    const auto found = left.find(tensor.name);
    if (found == left.end())
      text += "\n  missing: " + tensor.name + " " + described(tensor);
    else if (found->second != described(tensor))
      text += "\n  " + tensor.name + ": has " + found->second + ", expected " + described(tensor);
    if (found != left.end()) left.erase(found);
  }
  for (const auto& [name, form] : left) text += "\n  not part of the method: " + name + " " + form;
  return text;
}

}  // namespace

FrameNeed frames_needed(const std::string& input_kind) {
  return input_kind == kFaceSequenceKind ? FrameNeed::onset_to_offset : FrameNeed::onset_and_apex;
}

FrameNeed frames_needed(const ModelInfo& model) {
  try {
    const Json kind = Settings::parse(model.input, model.name + " (input)").impl().value.value("kind", Json());
    return frames_needed(kind.is_string() ? kind.get<std::string>() : std::string());
  } catch (const ConfigError&) {
    return FrameNeed::onset_and_apex;  // loading the model says what is wrong with it
  }
}

ModelInfo described_model(const ModelInfo& fit, const RecognizerIdentity& identity) {
  ModelInfo info = fit;
  info.method = identity.method;
  info.config = identity.config.to_json();
  info.input = input_description(identity);
  info.labels = identity.labels.classes();
  return info;
}

RecognizerIdentity stored_identity(const ModelInfo& info, const RecognizerIdentity& present,
                                   Settings (*resolve)(const Settings&)) {
  if (info.method != present.method)
    throw ModelError("model \"" + info.name + "\" is of the method " + info.method + ", not " + present.method);
  try {
    RecognizerIdentity identity = present;
    identity.config = resolve(stored_config(info, present.input_kind));
    identity.labels =
        LabelSet(info.labels, present.labels.classes() == info.labels ? present.labels.mapping()
                                                                      : std::map<std::string, std::string>{});
    return identity;
  } catch (const ConfigError& error) {
    throw ModelError("model \"" + info.name + "\" does not fit this version of merkit: " + error.what(), error.hint());
  }
}

void check_layout(const std::vector<ModelTensor>& expected, const std::vector<ModelTensor>& given,
                  const std::string& model_name) {
  if (const std::string text = differences(expected, given); !text.empty())
    throw ModelError("the tensors of model \"" + model_name + "\" do not fit its method and configuration:" + text,
                     "the model was made for another method or another configuration");
}

void throw_incomplete(const std::string& tensor, const std::string& model_name) {
  throw ModelError("tensor \"" + tensor + "\" of model \"" + model_name + "\" is incomplete");
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t extent : shape) text += (text.empty() ? "" : ", ") + std::to_string(extent);
  return "[" + text + "]";
}

}  // namespace merkit
