#pragma once

#include <cstddef>
#include <functional>

namespace merkit {

/// Work on many items, in up to three steps on several threads, with the results taken in order on the calling thread.
///
///     first(i) -> second(i) -> together(begin, end) -> take(i)
///
/// Steps of different items overlap; a thread that is free does the step nearest to the end. No more items are under
/// way than `slots()`, so memory is bounded by threads and not by the batch. Steps but `first` and `take` may be left
/// empty. What a step makes of an item belongs to the caller, in slot i % slots(): no two items in flight share one,
/// and a step sees all that the steps before it wrote.
struct BatchPlan {
  std::size_t count = 0;  ///< items 0..count-1
  int jobs = 1;           ///< threads for the steps

  /// Items are put together in groups of this many, the same ones however many threads there are: [0, group), ...
  std::size_t group = 1;

  std::function<void(std::size_t)> first;
  std::function<void(std::size_t)> second;
  /// False while `second` would only wait (for a model that is being loaded): other items are begun meanwhile.
  std::function<bool()> second_is_free;
  std::function<void(std::size_t, std::size_t)> together;  ///< from the first to one past the last item of a group
  std::function<bool(std::size_t)> take;                   ///< false ends the batch

  std::size_t slots() const;
};

/// Returns when all items have been taken, `take` returned false, or a stop was requested (merkit/core/stop.h): then
/// what was begun is finished or dropped, and the items before the first unfinished one are still taken. An exception
/// of a step ends the batch and is rethrown here.
void run(const BatchPlan& plan);

}  // namespace merkit
