#include "cli/dataset.h"

namespace merkit::cli {

void add_dataset(Commands& commands) {
  CLI::App& command = commands.add("dataset", "Convert a data set to a manifest, or check one");
  command.require_subcommand(1);
  add_dataset_convert(commands, command);
  add_dataset_check(commands, command);
}

}  // namespace merkit::cli
