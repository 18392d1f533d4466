#include "cli/loso_request.h"
#include "merkit/core/error.h"
#include "merkit/evaluation/evaluation.h"
#include "merkit/report/recognition_results.h"
#include "merkit/report/spotting_results.h"

#include <charconv>
#include <cstdlib>

namespace merkit::cli {
namespace {

/// Tells what of a run is missing. `partial`: other processes do other parts, so that is as it should be. Returns the
/// exit code.
int tell_missing(const std::vector<FoldTask>& missing, std::size_t all, bool partial) {
  std::string names;
  for (std::size_t i = 0; i < missing.size() && i < 8; ++i) names += (i ? ", " : "") + missing[i].name();
  spdlog::log(partial ? spdlog::level::info : spdlog::level::err, "{} of {} tasks are still to be done: {}{}",
              missing.size(), all, names, missing.size() > 8 ? ", ..." : "");
  return partial ? kAllDone : kSomeFailed;
}

}  // namespace

std::vector<FoldTask> own_tasks(const LosoRequest& request, const std::vector<FoldTask>& all) {
  const auto number = [](const std::string& text, std::size_t& to) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), to);
    return error == std::errc() && end == text.data() + text.size();
  };
  if (!request.task.empty()) {
    std::string text = request.task;
    if (text == "auto") {
      const char* const index = std::getenv("SLURM_ARRAY_TASK_ID");
      if (!index)
        throw ConfigError("--task auto needs $SLURM_ARRAY_TASK_ID, which is not set", "give --task N, from 0");
      text = index;
    }
    std::size_t index = 0;
    if (!number(text, index) || index >= all.size())
      throw ConfigError(fmt::format("--task must be in 0..{}, got \"{}\"", all.size() - 1, text));
    return {all[index]};
  }
  if (request.shard.empty()) return all;
  const auto slash = request.shard.find('/');
  std::size_t part = 0, parts = 0;
  if (slash == std::string::npos || !number(request.shard.substr(0, slash), part) ||
      !number(request.shard.substr(slash + 1), parts) || part < 1 || part > parts)
    throw ConfigError("--shard must be I/N with 1 <= I <= N, got \"" + request.shard + "\"");
  std::vector<FoldTask> own;
  for (std::size_t i = part - 1; i < all.size(); i += parts) own.push_back(all[i]);
  return own;
}

int conclude(const RecognitionDirectory& run, bool partial) {
  const auto missing = run.missing();
  if (missing.empty()) {
    if (run.plan().is_leaky())
      spdlog::warn("each epoch was chosen on the very clips that are scored: these figures are too good");
    const auto found = write_loso_results(run);
    const auto with_deviation = [&](double RecognitionMetrics::*figure) {
      const double deviation = deviation_over_seeds(found, figure);
      return fmt::format("{:.4f}{}", found.metrics.*figure,
                         found.per_seed.size() > 1 ? fmt::format(" +- {:.4f}", deviation) : "");
    };
    spdlog::info("UF1 {}, UAR {}, accuracy {} (always the commonest class: UF1 {:.4f})",
                 with_deviation(&RecognitionMetrics::uf1), with_deviation(&RecognitionMetrics::uar),
                 with_deviation(&RecognitionMetrics::accuracy), found.majority.uf1);
    spdlog::info("wrote {}", (run.path() / "evaluation.json").string());
    return kAllDone;
  }
  return tell_missing(missing, run.plan().tasks().size(), partial);
}

int conclude(const SpottingDirectory& run, bool partial) {
  const auto missing = run.missing();
  if (!missing.empty()) return tell_missing(missing, run.plan().tasks().size(), partial);
  const SpottingScores scores = write_spotting_results(run).scores;
  std::string text = fmt::format("F1: micro {:.4f}, macro {:.4f}, overall {:.4f}", scores.micro.f1, scores.macro.f1,
                                 scores.overall.f1);
  if (scores.false_alarms_per_minute)
    text += fmt::format("; {:.2f} false alarms a minute", *scores.false_alarms_per_minute);
  if (scores.blinks)
    text += fmt::format("; {} of {} blinks taken for expressions", scores.blinks->taken, scores.blinks->blinks);
  if (scores.micro_apex.mae_ms)
    text += fmt::format("; apex of micro-expressions off by {:.1f} ms", *scores.micro_apex.mae_ms);
  spdlog::info("{}", text);
  if (const auto& named = scores.recognition)
    spdlog::info("{} micro-expressions found rightly: F1 {:.4f}, UF1 {:.4f}, UAR {:.4f}; STRS {:.4f}", named->n,
                 named->f1, named->uf1, named->recall, named->strs);
  spdlog::info("wrote {}", (run.path() / "evaluation.json").string());
  return kAllDone;
}

}  // namespace merkit::cli
