#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace merkit::cli {

/// What a command does once its options are parsed; returns the exit code.
using Action = std::function<int()>;

/// The program's commands. Each add_X declares one command's options and says what it does.
class Commands {
 public:
  explicit Commands(std::vector<std::string> arguments);

  CLI::App& app() { return app_; }
  const std::vector<std::string>& arguments() const { return arguments_; }

  CLI::App& add(const std::string& name, const std::string& description, CLI::App* parent = nullptr);
  void set_action(const CLI::App& command, Action action) { actions_[&command] = std::move(action); }

  /// Parses and runs. Throws CLI::ParseError and merkit::Error.
  int run();

 private:
  CLI::App app_;
  std::vector<std::string> arguments_;
  std::map<const CLI::App*, Action> actions_;
};

void add_run(Commands& commands);
void add_align(Commands& commands);
void add_flow(Commands& commands);
void add_spot(Commands& commands);
void add_recognize(Commands& commands);
void add_explain(Commands& commands);
void add_train(Commands& commands);
void add_loso(Commands& commands);
void add_merge(Commands& commands);
void add_evaluate(Commands& commands);
void add_report(Commands& commands);
void add_synth(Commands& commands);
void add_models(Commands& commands);
void add_methods(Commands& commands);
void add_dataset(Commands& commands);
void add_cache(Commands& commands);
void add_doctor(Commands& commands);
void add_completion(Commands& commands);

}  // namespace merkit::cli
