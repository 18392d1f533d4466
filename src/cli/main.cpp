#include "cli/commands.h"
#include "cli/messages.h"
#include "merkit/core/error.h"
#include "merkit/core/stop.h"

#include <csignal>
#include <iostream>

#include <opencv2/core/utility.hpp>
#include <spdlog/spdlog.h>

namespace {

constexpr int kUsage = 2, kInvalidInput = 3, kModel = 4, kMachine = 5;

/// The first signal asks for an orderly end; the second one is not caught.
void on_signal(int signal) {
  merkit::request_stop(signal);
  std::signal(signal, SIG_DFL);
}

int fail(const merkit::Error& error, int code) {
  spdlog::error("{}", error.what());
  if (!error.hint().empty()) spdlog::error("  {}", error.hint());
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace merkit;
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  std::ios::sync_with_stdio(false);
  cv::setNumThreads(1);  // clips run side by side; threads within threads would only get in each other's way
  cli::start_logging({});
  cli::Commands commands({argv, argv + argc});
#ifdef MERKIT_VIDEO
  cli::add_run(commands);
  cli::add_spot(commands);
  cli::add_align(commands);
  cli::add_flow(commands);
  cli::add_explain(commands);
  cli::add_synth(commands);
#endif
  cli::add_recognize(commands);
  cli::add_train(commands);
  cli::add_loso(commands);
  cli::add_merge(commands);
  cli::add_evaluate(commands);
  cli::add_report(commands);
  cli::add_methods(commands);
  cli::add_models(commands);
  cli::add_dataset(commands);
  cli::add_cache(commands);
  cli::add_doctor(commands);
  cli::add_completion(commands);
  try {
    return commands.run();
  } catch (const CLI::ParseError& error) {
    // Help and version come as exceptions of code 0; anything else is a wrong command line.
    return commands.app().exit(error, std::cout, std::cerr) == 0 ? 0 : kUsage;
  } catch (const Interrupted&) {
    return 128 + stop_signal();
  } catch (const ConfigError& error) {
    return fail(error, kUsage);
  } catch (const InputError& error) {
    return fail(error, kInvalidInput);
  } catch (const ClipError& error) {
    return fail(error, kInvalidInput);
  } catch (const ModelError& error) {
    return fail(error, kModel);
  } catch (const Error& error) {
    return fail(error, kMachine);
  } catch (const std::exception& error) {
    spdlog::error("{}", error.what());
    return kMachine;
  }
}
