#pragma once

#include "cli/commands.h"

namespace merkit::cli {

/// The parts of `merkit dataset`, each below the command given.
void add_dataset_convert(Commands& commands, CLI::App& dataset);
void add_dataset_check(Commands& commands, CLI::App& dataset);

}  // namespace merkit::cli
