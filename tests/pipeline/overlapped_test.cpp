#include "pipeline/overlapped.h"

#include "merkit/core/error.h"

#include <atomic>
#include <csignal>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace merkit {
namespace {

/// Counts up to `count`.
std::function<std::optional<int>()> numbers_below(int count) {
  return [next = 0, count]() mutable { return next < count ? std::optional<int>(next++) : std::nullopt; };
}

class Overlapped : public ::testing::TestWithParam<int> {
 protected:
  void TearDown() override { request_stop(0); }
};

TEST_P(Overlapped, EverythingArrivesInOrder) {
  std::vector<int> seen;
  overlapped<int>(GetParam(), 8, numbers_below(10000), [&](int i) { seen.push_back(i); });
  ASSERT_EQ(seen.size(), 10000u);
  for (int i = 0; i < 10000; ++i) ASSERT_EQ(seen[i], i);
}

TEST_P(Overlapped, NothingToDoIsDone) {
  overlapped<int>(GetParam(), 8, numbers_below(0), [](int) { FAIL(); });
}

TEST_P(Overlapped, WhatWasProducedBeforeAFailureIsStillConsumed) {
  std::vector<int> seen;
  const auto produce = [next = 0]() mutable -> std::optional<int> {
    if (next == 100) throw ClipError(Status::decode_error, "frame 100 is damaged");
    return next++;
  };
  try {
    overlapped<int>(GetParam(), 8, produce, [&](int i) { seen.push_back(i); });
    FAIL() << "no exception";
  } catch (const ClipError& error) {
    EXPECT_EQ(error.status(), Status::decode_error);
    EXPECT_STREQ(error.what(), "frame 100 is damaged");
  }
  EXPECT_EQ(seen.size(), 100u);
}

TEST_P(Overlapped, AFailureOfTheConsumerEndsAProducerThatNeverEnds) {
  std::atomic<int> produced{0};
  int consumed = 0;
  const auto consume = [&](int i) {
    ++consumed;
    if (i == 100) throw std::bad_alloc();
  };
  const auto produce = [&]() -> std::optional<int> { return produced++; };
  EXPECT_THROW(overlapped<int>(GetParam(), 8, produce, consume), std::bad_alloc);
  EXPECT_EQ(consumed, 101);
  EXPECT_LE(produced, 101 + 8 + 1);
}

TEST_P(Overlapped, OfTwoFailuresTheOneOfTheEarlierItemCounts) {
  const auto produce = [next = 0]() mutable -> std::optional<int> {
    if (next == 5) throw ClipError(Status::decode_error, "frame 5");
    return next++;
  };
  const auto consume = [](int i) {
    if (i == 4) throw ClipError(Status::unsupported, "frame 4");
  };
  for (int repeat = 0; repeat < 200; ++repeat) {
    try {
      overlapped<int>(GetParam(), 8, produce, consume);
      FAIL() << "no exception";
    } catch (const ClipError& error) {
      EXPECT_STREQ(error.what(), "frame 4");
    }
  }
}

TEST_P(Overlapped, AStopEndsItAsInterrupted) {
  int consumed = 0;
  const auto produce = [next = 0]() mutable -> std::optional<int> {
    throw_if_stopped();  // as readers do
    return next++;
  };
  const auto consume = [&](int i) {
    ++consumed;
    if (i == 50) request_stop(SIGINT);
  };
  EXPECT_THROW(overlapped<int>(GetParam(), 8, produce, consume), Interrupted);
  EXPECT_EQ(consumed, 51);
}

INSTANTIATE_TEST_SUITE_P(Threads, Overlapped, ::testing::Values(1, 2), ::testing::PrintToStringParamName());

TEST(OverlappedOnTwoThreads, TheProducerIsOnlySoFarAhead) {
  std::atomic<int> produced{0}, most{0};
  int consumed = 0;
  const auto produce = [&]() -> std::optional<int> {
    return produced < 2000 ? std::optional(produced++) : std::nullopt;
  };
  overlapped<int>(2, 3, produce, [&](int) {
    // Before this one is done: it, three that wait and one that has no room yet.
    most = std::max<int>(most, produced - consumed);
    ++consumed;
  });
  EXPECT_EQ(consumed, 2000);
  EXPECT_LE(most, 1 + 3 + 1);
}

TEST(OverlappedOnTwoThreads, BothSidesWorkAtOnce) {
  // Item 1 is produced only while item 0 is being consumed, which waits for it.
  std::atomic<bool> first_is_here{false}, second_is_coming{false};
  const auto produce = [&, next = 0]() mutable -> std::optional<int> {
    if (next == 1) {
      while (!first_is_here) std::this_thread::yield();
      second_is_coming = true;
    }
    return next < 2 ? std::optional(next++) : std::nullopt;
  };
  std::vector<int> seen;
  overlapped<int>(2, 1, produce, [&](int i) {
    if (i == 0) {
      first_is_here = true;
      while (!second_is_coming) std::this_thread::yield();
    }
    seen.push_back(i);
  });
  EXPECT_EQ(seen, (std::vector<int>{0, 1}));
}

TEST(OverlappedOnTwoThreads, WhatNobodyTookIsReleased) {
  const auto token = std::make_shared<int>(1);
  const auto produce = [&]() -> std::optional<std::shared_ptr<int>> { return token; };
  const auto consume = [](const std::shared_ptr<int>&) { throw ClipError(Status::unsupported, "no more"); };
  EXPECT_THROW(overlapped<std::shared_ptr<int>>(2, 8, produce, consume), ClipError);
  EXPECT_EQ(token.use_count(), 1);
}

}  // namespace
}  // namespace merkit
