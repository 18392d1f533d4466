#pragma once

#include "merkit/core/stop.h"

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace merkit {

/// Number of CPUs this process may use: $SLURM_CPUS_PER_TASK, else its affinity mask. At least 1.
int available_cpus();

/// Runs `work(i)` for i in 0..count-1 on `jobs` threads and hands each result to `consume(i, result)` on the calling
/// thread, in order of i. At most 2 x jobs results wait, so memory is bounded by cores and not by the batch.
///
/// Ends early when `consume` returns false or a stop is requested (merkit/core/stop.h): what was begun is finished or
/// dropped, and the results before the first unfinished one are still consumed. `work` must not throw; an exception
/// that escapes it ends the batch and is rethrown here.
template <class Result>
void ordered_batch(std::size_t count, int jobs, const std::function<Result(std::size_t)>& work,
                   const std::function<bool(std::size_t, Result)>& consume) {
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::size_t, Result> ready;
  std::size_t next_to_start = 0, next_to_consume = 0;
  int running = 0;
  bool stop = false;
  std::exception_ptr failure;
  const std::size_t window = 2 * static_cast<std::size_t>(jobs);

  const auto worker = [&] {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [&] { return stop || next_to_start >= count || next_to_start < next_to_consume + window; });
      if (stop || next_to_start >= count || stop_signal()) break;
      const std::size_t index = next_to_start++;
      ++running;
      lock.unlock();
      try {
        Result result = work(index);
        lock.lock();
        ready.emplace(index, std::move(result));
      } catch (...) {
        lock.lock();
        if (!failure) failure = std::current_exception();
        stop = true;
      }
      --running;
      changed.notify_all();
    }
    changed.notify_all();
  };

  std::vector<std::thread> threads;
  for (int i = 0; i < jobs; ++i) threads.emplace_back(worker);
  std::unique_lock lock(mutex);
  while (next_to_consume < count) {
    const auto next_is_ready = [&] { return ready.count(next_to_consume) > 0; };
    const auto nothing_more = [&] { return running == 0 && (stop || stop_signal() || next_to_start >= count); };
    changed.wait_for(lock, std::chrono::milliseconds(200), [&] { return next_is_ready() || nothing_more(); });
    if (!next_is_ready()) {
      if (nothing_more()) break;
      continue;
    }
    Result result = std::move(ready.at(next_to_consume));
    ready.erase(next_to_consume);
    const std::size_t index = next_to_consume++;
    lock.unlock();
    changed.notify_all();
    bool go_on = false;
    try {
      go_on = consume(index, std::move(result));
    } catch (...) {
      lock.lock();
      failure = std::current_exception();
      break;
    }
    lock.lock();
    if (!go_on) break;
  }
  stop = true;
  lock.unlock();
  changed.notify_all();
  for (auto& thread : threads) thread.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace merkit
