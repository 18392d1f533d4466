#include "cli/batch.h"
#include "cli/commands.h"
#include "merkit/methods/catalog.h"

#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace merkit::cli {
namespace {

struct MethodsRequest {
  CommonOptions common;
  std::string format = "text", name;
};

using Json = nlohmann::ordered_json;

Json summary_of(const Method& method) {
  return {{"name", method.name},
          {"summary", method.summary},
          {"citation", method.citation},
          {"recognizes", method.make_recognizer != nullptr},
          {"spots", method.make_spotter != nullptr}};
}

int list(const MethodsRequest& request) {
  start_logging(request.common);
  Output output({});
  if (request.format == "json") {
    Json document{{"schema", "merkit/methods/1"}, {"methods", Json::array()}};
    for (const auto& method : methods()) document["methods"].push_back(summary_of(method));
    output.stream() << document.dump(2) << "\n";
  } else {
    for (const auto& method : methods())
      output.stream() << fmt::format("{:<16} {:<12} {}\n{:<29} {}\n", method.name,
                                     method.make_recognizer && method.make_spotter ? "both"
                                     : method.make_recognizer                      ? "recognizes"
                                                                                   : "spots",
                                     method.summary, "", method.citation);
  }
  output.commit();
  return kAllDone;
}

int show(const MethodsRequest& request) {
  start_logging(request.common);
  EffectiveSettings settings(request.common, request.name);
  const Method& method = find_method(request.name);
  const Settings config = method.resolve_config(settings.method(method.name));
  Output output({});
  if (request.format == "json") {
    Json document{{"schema", "merkit/method/1"}};
    document.update(summary_of(method));
    document["config"] = Json::parse(config.to_json());
    if (method.make_recognizer) {
      const auto recognizer = method.make_recognizer(config, find_labels(settings.pipeline.labels));
      document["parameters"] = recognizer->parameter_count();
      for (const auto& tensor : recognizer->tensor_layout())
        document["tensors"].push_back({{"name", tensor.name}, {"dtype", tensor.dtype}, {"shape", tensor.shape}});
    }
    output.stream() << document.dump(2) << "\n";
  } else {
    output.stream() << method.name << ": " << method.summary << "\n" << method.citation << "\n";
    if (method.make_recognizer) {
      const auto count = method.make_recognizer(config, find_labels(settings.pipeline.labels))->parameter_count();
      output.stream() << (count > 0 ? std::to_string(count) + " parameters with the classes of "
                                    : "as many parameters as the training set asks for, with the classes of ")
                      << settings.pipeline.labels << "\n";
    }
    output.stream() << "\nSettings (change with --set NAME=VALUE; defaults shown):\n";
    std::istringstream lines(method.describe_config());
    for (std::string line; std::getline(lines, line);) {
      const auto tab = line.find('\t');
      output.stream() << fmt::format("  {:<44} {}\n", line.substr(0, tab), line.substr(tab + 1));
    }
  }
  output.commit();
  return kAllDone;
}

}  // namespace

void add_methods(Commands& commands) {
  auto request = std::make_shared<MethodsRequest>();
  CLI::App& command = commands.add("methods", "What can be trained and used: list, or show one with its settings");
  command.add_option("--format", request->format, "text or json")->check(CLI::IsMember({"text", "json"}));
  command.require_subcommand(0, 1);
  commands.set_action(command, [request] { return list(*request); });
  CLI::App& one = commands.add("show", "One method: citation, parameters and every setting", &command);
  one.add_option("name", request->name, "Method")->required()->type_name("NAME");
  one.add_option("--format", request->format, "text or json")->check(CLI::IsMember({"text", "json"}));
  add_common_options(one, request->common);
  commands.set_action(one, [request] { return show(*request); });
  request->common.command = commands.arguments();
}

}  // namespace merkit::cli
