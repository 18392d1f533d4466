#pragma once

#include "merkit/pipeline/batch_plan.h"

#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace merkit {

/// Number of CPUs this process may use: $SLURM_CPUS_PER_TASK, else its affinity mask. At least 1.
int available_cpus();

/// Runs `work(i)` for i in 0..count-1 on `jobs` threads and hands each result to `consume(i, result)` on the calling
/// thread, in order of i: a BatchPlan of one step. Few results wait, so memory is bounded by threads and not by the
/// batch.
template <class Result>
void ordered_batch(std::size_t count, int jobs, const std::function<Result(std::size_t)>& work,
                   const std::function<bool(std::size_t, Result)>& consume) {
  BatchPlan plan;
  plan.count = count;
  plan.jobs = jobs;
  std::vector<std::optional<Result>> results(plan.slots());
  plan.first = [&](std::size_t i) { results[i % results.size()] = work(i); };
  plan.take = [&](std::size_t i) {
    Result result = std::move(*results[i % results.size()]);
    results[i % results.size()].reset();
    return consume(i, std::move(result));
  };
  run(plan);
}

}  // namespace merkit
