#include "merkit/pipeline/batch_plan.h"

#include "merkit/core/stop.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace merkit {
namespace {

class Schedule {
 public:
  explicit Schedule(const BatchPlan& plan) : plan_(plan), slots_(plan.slots()) {}

  void run() {
    std::vector<std::thread> threads;
    for (int i = 0; i < plan_.jobs; ++i) threads.emplace_back([this] { work(); });
    take_all();
    for (auto& thread : threads) thread.join();
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  using Lock = std::unique_lock<std::mutex>;

  bool may_begin() const { return begun_ < plan_.count && begun_ < taken_ + slots_; }
  bool all_begun() const { return begun_ >= plan_.count; }

  /// One thread: the step nearest to the end, again and again.
  void work() {
    Lock lock(mutex_);
    while (!ended_ && !stop_signal()) {
      if (!full_groups_.empty()) {
        put_together(lock);
      } else if (!waiting_.empty() && (!may_begin() || !plan_.second_is_free || plan_.second_is_free())) {
        const std::size_t item = *waiting_.begin();
        waiting_.erase(waiting_.begin());
        if (step(lock, [&] { plan_.second(item); })) prepared(item);
      } else if (may_begin()) {
        const std::size_t item = begun_++;
        if (!step(lock, [&] { plan_.first(item); })) continue;
        if (plan_.second)
          waiting_.insert(item);
        else
          prepared(item);
      } else if (all_begun() && running_ == 0 && waiting_.empty()) {
        break;
      } else {
        changed_.wait(lock);
      }
      changed_.notify_all();
    }
    changed_.notify_all();
  }

  /// Runs one step without the lock. False when it threw.
  template <class Step>
  bool step(Lock& lock, Step&& run_step) {
    ++running_;
    lock.unlock();
    std::exception_ptr failure;
    try {
      run_step();
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    --running_;
    if (failure) fail(failure);
    return !failure;
  }

  void fail(std::exception_ptr failure) {
    if (!failure_) failure_ = failure;
    ended_ = true;
  }

  std::size_t end_of_group(std::size_t begin) const { return std::min(plan_.count, begin + plan_.group); }

  void prepared(std::size_t item) {
    const std::size_t begin = item / plan_.group * plan_.group;
    auto& count = in_group_[begin];
    if (++count < end_of_group(begin) - begin) return;
    in_group_.erase(begin);
    if (plan_.together)
      full_groups_.push_back(begin);
    else
      finished(begin);
  }

  void put_together(Lock& lock) {
    const std::size_t begin = full_groups_.front();
    full_groups_.pop_front();
    if (step(lock, [&] { plan_.together(begin, end_of_group(begin)); })) finished(begin);
  }

  void finished(std::size_t begin) {
    for (std::size_t item = begin; item < end_of_group(begin); ++item) finished_.insert(item);
  }

  /// The calling thread: every item in order.
  void take_all() {
    Lock lock(mutex_);
    while (taken_ < plan_.count) {
      const auto next_is_finished = [&] { return finished_.count(taken_) > 0; };
      const auto nothing_more = [&] { return running_ == 0 && (ended_ || stop_signal()); };
      // A signal handler cannot notify: look for one now and then.
      changed_.wait_for(lock, std::chrono::milliseconds(200), [&] { return next_is_finished() || nothing_more(); });
      if (!next_is_finished()) {
        if (nothing_more()) break;
        continue;
      }
      finished_.erase(taken_);
      lock.unlock();
      bool go_on = false;
      std::exception_ptr failure;
      try {
        go_on = plan_.take(taken_);
      } catch (...) {
        failure = std::current_exception();
      }
      lock.lock();
      ++taken_;
      if (failure) fail(failure);
      changed_.notify_all();
      if (!go_on) break;
    }
    ended_ = true;
    changed_.notify_all();
  }

  const BatchPlan& plan_;
  const std::size_t slots_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t begun_ = 0, taken_ = 0;
  int running_ = 0;                              ///< steps in progress
  std::set<std::size_t> waiting_;                ///< for their second step
  std::map<std::size_t, std::size_t> in_group_;  ///< items ready to be put together, by their group's first item
  std::deque<std::size_t> full_groups_;
  std::set<std::size_t> finished_;
  bool ended_ = false;
  std::exception_ptr failure_;
};

}  // namespace

std::size_t BatchPlan::slots() const {
  const auto threads = static_cast<std::size_t>(std::max(jobs, 1));
  return std::max(group * (threads + 1), 2 * threads);
}

void run(const BatchPlan& plan) {
  if (plan.count > 0) Schedule(plan).run();
}

}  // namespace merkit
