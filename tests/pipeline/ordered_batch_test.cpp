#include "merkit/pipeline/ordered_batch.h"

#include "merkit/core/stop.h"

#include <atomic>
#include <numeric>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

namespace merkit {
namespace {

TEST(OrderedBatch, ResultsComeInInputOrderWhateverFinishesFirst) {
  std::vector<std::size_t> seen;
  // The first of each four waits for the other three.
  std::atomic<int> others{0};
  ordered_batch<std::size_t>(
      64, 4,
      [&](std::size_t i) {
        if (i % 4 == 0 && i < 60)
          while (others < static_cast<int>(i / 4 * 3 + 1)) std::this_thread::yield();
        else
          ++others;
        return i * i;
      },
      [&](std::size_t i, std::size_t result) {
        EXPECT_EQ(result, i * i);
        seen.push_back(i);
        return true;
      });
  std::vector<std::size_t> expected(64);
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(seen, expected);
}

TEST(OrderedBatch, NoMoreResultsWaitThanTheWindowHolds) {
  std::atomic<int> begun{0}, consumed{0}, most{0};
  ordered_batch<int>(
      200, 3,
      [&](std::size_t) {
        const int ahead = ++begun - consumed;
        int seen = most;
        while (ahead > seen && !most.compare_exchange_weak(seen, ahead)) {
        }
        return 0;
      },
      [&](std::size_t, int) {
        ++consumed;
        return true;
      });
  EXPECT_LE(most, 2 * 3 + 1);
}

TEST(OrderedBatch, EndsWhereTheConsumerHasEnough) {
  int consumed = 0;
  std::atomic<int> begun{0};
  ordered_batch<int>(
      1000, 2, [&](std::size_t) { return ++begun; },
      [&](std::size_t i, int) {
        ++consumed;
        return i < 4;
      });
  EXPECT_EQ(consumed, 5);
  EXPECT_LT(begun, 20);
}

TEST(OrderedBatch, AnExceptionOfTheWorkIsRethrown) {
  EXPECT_THROW(ordered_batch<int>(
                   8, 2,
                   [](std::size_t i) {
                     if (i == 3) throw std::runtime_error("broken");
                     return 0;
                   },
                   [](std::size_t, int) { return true; }),
               std::runtime_error);
}

TEST(OrderedBatch, AStopRequestEndsItWithThePrefixConsumed) {
  std::size_t consumed = 0;
  ordered_batch<int>(
      100, 2,
      [](std::size_t i) {
        if (i == 10) request_stop(15);
        return 0;
      },
      [&](std::size_t i, int) {
        EXPECT_EQ(i, consumed++);
        return true;
      });
  request_stop(0);
  EXPECT_GE(consumed, 10u);
  EXPECT_LT(consumed, 100u);
}

TEST(AvailableCpus, SlurmsAllotmentCountsFirst) {
  setenv("SLURM_CPUS_PER_TASK", "3", 1);
  EXPECT_EQ(available_cpus(), 3);
  unsetenv("SLURM_CPUS_PER_TASK");
  EXPECT_GE(available_cpus(), 1);
}

}  // namespace
}  // namespace merkit
