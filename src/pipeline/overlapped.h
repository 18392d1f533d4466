#pragma once

#include "merkit/core/stop.h"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace merkit {

/// Hands things from one thread to another, in order, `capacity` waiting at most.
template <class Item>
class HandOver {
 public:
  explicit HandOver(std::size_t capacity) : capacity_(capacity) {}

  /// Waits for room. False once closed; the item is dropped then.
  bool push(Item item) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || waiting_.size() < capacity_; });
    if (closed_) return false;
    waiting_.push_back(std::move(item));
    changed_.notify_all();
    return true;
  }

  /// Waits for an item. Nothing once closed and all that was pushed before is taken.
  std::optional<Item> pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || !waiting_.empty(); });
    if (waiting_.empty()) return std::nullopt;
    std::optional<Item> item(std::move(waiting_.front()));
    waiting_.pop_front();
    changed_.notify_all();
    return item;
  }

  /// Nothing more comes, or nothing more is wanted. Wakes whoever waits.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

 private:
  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item> waiting_;
  bool closed_ = false;
};

/// Feeds what `produce` returns, until it returns nothing, to `consume`, in order. With one thread they take turns;
/// with two, `consume` runs on a thread of its own while `produce` is up to `capacity` items ahead.
///
/// What `consume` sees and what comes of exceptions does not depend on `threads`: everything produced before `produce`
/// throws is consumed, and where both throw it is `consume`'s exception, which belongs to an earlier item, that leaves
/// here. Only a requested stop (merkit/core/stop.h) drops what waits, and throws Interrupted.
template <class Item>
void overlapped(int threads, std::size_t capacity, const std::function<std::optional<Item>()>& produce,
                const std::function<void(Item)>& consume) {
  if (threads < 2) {
    while (auto item = produce()) consume(std::move(*item));
    return;
  }
  HandOver<Item> hand_over(capacity);
  std::exception_ptr producer_failure, consumer_failure;
  std::thread consumer([&] {
    try {
      while (auto item = hand_over.pop()) {
        throw_if_stopped();
        consume(std::move(*item));
      }
    } catch (...) {
      consumer_failure = std::current_exception();
      hand_over.close();
    }
  });
  try {
    while (auto item = produce())
      if (!hand_over.push(std::move(*item))) break;
  } catch (...) {
    producer_failure = std::current_exception();
  }
  hand_over.close();
  consumer.join();
  if (consumer_failure) std::rethrow_exception(consumer_failure);
  if (producer_failure) std::rethrow_exception(producer_failure);
}

}  // namespace merkit
