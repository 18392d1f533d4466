#include "cli/commands.h"

#include "merkit/core/error.h"
#include "merkit/report/provenance.h"

namespace merkit::cli {
namespace {

/// CLI11 says which word it did not expect; this adds the nearest one that it would have.
[[noreturn]] void explain_extra(const CLI::App& app, const CLI::ExtrasError& error) {
  const CLI::App* active = &app;
  while (!active->get_subcommands().empty()) active = active->get_subcommands().front();
  const std::vector<std::string> extras = app.remaining(/*recurse=*/true);
  if (extras.empty()) throw ConfigError(error.what());
  std::string word = extras.front().substr(0, extras.front().find('='));
  std::vector<std::string> known;
  if (!word.empty() && word.front() == '-') {
    for (const auto* option : active->get_options())
      for (const auto& name : option->get_lnames()) known.push_back("--" + name);
    throw_unknown_name("option of " + active->get_name(), word, known);
  }
  for (const auto* command : active->get_subcommands([](const CLI::App*) { return true; }))
    known.push_back(command->get_name());
  if (known.empty())
    throw ConfigError("unexpected argument \"" + word + "\"", "merkit " + active->get_name() + " --help");
  throw_unknown_name("command", word, known);
}

}  // namespace

Commands::Commands(std::vector<std::string> arguments)
    : app_("merkit finds and names micro-expressions in video, and trains and scores the systems that do.", "merkit"),
      arguments_(std::move(arguments)) {
  app_.set_version_flag("-V,--version", "merkit " + tool_version() + " (" + git_description() + ")");
  app_.set_help_flag("-h,--help", "Print this help and exit");
  app_.get_formatter()->column_width(34);
  app_.footer(
      "Exit codes: 0 all done, 1 some inputs failed, 2 usage or configuration, 3 input or data set invalid,\n"
      "4 model missing or damaged, 5 device or run-time failure, 130/143 interrupted.\n"
      "`merkit COMMAND --help` shows a command's options; `man merkit` shows everything.");
}

CLI::App& Commands::add(const std::string& name, const std::string& description, CLI::App* parent) {
  CLI::App& command = *(parent ? parent : &app_)->add_subcommand(name, description);
  command.set_help_flag("-h,--help", "Print this help and exit");
  command.get_formatter()->column_width(34);
  return command;
}

int Commands::run() {
  std::vector<std::string> reversed(arguments_.rbegin(), arguments_.rend());
  reversed.pop_back();  // the program's name
  try {
    app_.parse(reversed);
  } catch (const CLI::ExtrasError& error) {
    explain_extra(app_, error);
  }
  const CLI::App* active = &app_;
  while (!active->get_subcommands().empty()) active = active->get_subcommands().front();
  if (active == &app_) throw ConfigError("no command given", "merkit --help lists them");
  return actions_.at(active)();
}

}  // namespace merkit::cli
