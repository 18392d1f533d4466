#pragma once

#include "cli/batch.h"
#include "cli/cache.h"
#include "cli/options.h"
#include "merkit/experiments/recognition_plan.h"
#include "merkit/experiments/spotting_plan.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace merkit::cli {

/// What merkit loso was asked for, over clips or over long videos.
struct LosoRequest {
  CommonOptions common;
  BatchOptions batch;
  CacheOption cache;
  std::string method, protocol = "three_emotions", epoch_selection = "last", apex_policy, shard, task;
  std::vector<std::uint64_t> seeds{1};
  std::filesystem::path directory;
  int pretraining_groups = 0;
  std::string pretrained;
  bool skip_failed = false, allow_count_mismatch = false;
  std::string recognizer;
  std::filesystem::path truth;
  bool videos = false;
};

/// Which of the tasks are this process's: all, every n-th (--shard i/n, from 1), or one (--task).
std::vector<FoldTask> own_tasks(const LosoRequest& request, const std::vector<FoldTask>& all);

/// Does those of the tasks that are this process's and not yet done, as many at a time as there are jobs.
template <class Directory, class Work>
void do_tasks(const LosoRequest& request, const Directory& run, const Work& work) {
  std::vector<FoldTask> tasks = own_tasks(request, run.plan().tasks());
  const std::size_t own = tasks.size();
  tasks.erase(std::remove_if(tasks.begin(), tasks.end(), [&](const auto& task) { return run.is_done(task); }),
              tasks.end());
  spdlog::info("{} folds, {} seeds; {} tasks to do{}", run.plan().groups().size(), run.plan().seeds.size(),
               tasks.size(), tasks.size() < own ? fmt::format(", {} were done before", own - tasks.size()) : "");
  Progress progress(request.common, tasks.size(), "tasks");
  ordered_batch<bool>(
      tasks.size(), std::max(1, std::min<int>(request.common.job_count(), static_cast<int>(tasks.size()))),
      [&](std::size_t i) {
        try {
          run.write(tasks[i], work(tasks[i]));
          return true;
        } catch (const Interrupted&) {
          return false;
        }
      },
      [&](std::size_t, bool finished) {
        if (finished) progress.advance();
        return finished;
      });
}

/// Tells what is missing, or writes the results when nothing is. `partial`: other processes do other parts, so that is
/// as it should be. Returns the exit code.
int conclude(const RecognitionDirectory& run, bool partial);
int conclude(const SpottingDirectory& run, bool partial);

/// merkit loso over long videos: a spotter, alone or with a recognizer that names what was found.
int spotting_loso(const LosoRequest& request);

}  // namespace merkit::cli
