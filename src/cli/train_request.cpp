#include "cli/train_request.h"

#include "merkit/report/provenance.h"

#include <algorithm>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace merkit::cli {

bool TrainRequest::leaves_out(const ManifestClip& clip) const {
  return std::find(without.begin(), without.end(), clip.dataset + "/" + clip.subject) != without.end();
}

void EpochProgress::on_epoch(int epoch, int epochs, double loss, double accuracy) {
  if (!progress_) progress_.emplace(options_, epochs, "epochs");
  progress_->advance();
  progress_->note(fmt::format("loss {:.4f}, training accuracy {:.3f}", loss, accuracy));
  if (epoch == epochs)
    spdlog::info("epoch {}: loss {:.4f}, training accuracy {:.4f}", epoch, loss, accuracy);
  else
    spdlog::debug("epoch {}: loss {:.4f}, training accuracy {:.4f}", epoch, loss, accuracy);
  throw_if_stopped();
}

void EpochProgress::on_pretraining_epoch(int epoch, int epochs, double loss) {
  if (!pretraining_) pretraining_.emplace(options_, epochs, "epochs without labels");
  pretraining_->advance();
  pretraining_->note(fmt::format("loss {:.5f}", loss));
  if (epoch == epochs) {
    spdlog::info("epoch {} without labels: loss {:.5f}", epoch, loss);
    pretraining_.reset();
  } else {
    spdlog::debug("epoch {} without labels: loss {:.5f}", epoch, loss);
  }
  throw_if_stopped();
}

FitOptions fit_options(const TrainRequest& request, std::uint64_t seed, const std::string& taught_by) {
  FitOptions options;
  options.seed = seed;
  options.threads = request.common.job_count();
  options.device = request.common.device;
  options.licence = request.licence;
  std::string command;
  for (const auto& word : request.common.command) command += (command.empty() ? "" : " ") + word;
  options.provenance = command + "; merkit " + tool_version() + " " + git_description() + "; seed " +
                       std::to_string(seed) + "; " + taught_by;
  return options;
}

}  // namespace merkit::cli
