#include "merkit/pipeline/batch_plan.h"

#include "merkit/core/stop.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace merkit {
namespace {

/// A plan of all steps that notes in each slot what was done to the item there.
struct NotedPlan {
  BatchPlan plan;
  std::vector<std::string> slots;
  std::vector<std::string> taken;
  std::atomic<int> under_way{0}, most_under_way{0};

  NotedPlan(std::size_t count, int jobs, std::size_t group) {
    plan.count = count;
    plan.jobs = jobs;
    plan.group = group;
    slots.resize(plan.slots());
    plan.first = [this](std::size_t i) {
      const int now = ++under_way;
      for (int most = most_under_way; now > most && !most_under_way.compare_exchange_weak(most, now);) continue;
      EXPECT_TRUE(slots[i % slots.size()].empty());
      slots[i % slots.size()] = std::to_string(i) + ":1";
    };
    plan.second = [this](std::size_t i) { slots[i % slots.size()] += "2"; };
    plan.together = [this](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i)
        slots[i % slots.size()] += " " + std::to_string(begin) + "-" + std::to_string(end);
    };
    plan.take = [this](std::size_t i) {
      --under_way;
      taken.push_back(slots[i % slots.size()]);
      slots[i % slots.size()].clear();
      return true;
    };
  }
};

TEST(BatchPlan, TakesEachItemThroughAllStepsAndInOrder) {
  for (const int jobs : {1, 2, 5})
    for (const std::size_t group : {1, 4, 16}) {
      NotedPlan noted(37, jobs, group);
      run(noted.plan);
      ASSERT_EQ(noted.taken.size(), 37u);
      for (std::size_t i = 0; i < 37; ++i) {
        const std::size_t begin = i / group * group, end = std::min<std::size_t>(37, begin + group);
        EXPECT_EQ(noted.taken[i], std::to_string(i) + ":12 " + std::to_string(begin) + "-" + std::to_string(end));
      }
    }
}

TEST(BatchPlan, HasNoMoreItemsUnderWayThanSlots) {
  NotedPlan noted(300, 3, 4);
  run(noted.plan);
  EXPECT_LE(noted.most_under_way, static_cast<int>(noted.plan.slots()));
  EXPECT_EQ(noted.plan.slots(), 16u);
}

TEST(BatchPlan, BeginsOtherItemsWhileTheSecondStepWouldWait) {
  NotedPlan noted(40, 2, 4);
  std::atomic<int> begun{0};
  const auto first = noted.plan.first;
  noted.plan.first = [&](std::size_t i) {
    first(i);
    ++begun;
  };
  noted.plan.second_is_free = [&] { return begun >= 12; };
  const auto second = noted.plan.second;
  std::atomic<bool> early{false};
  noted.plan.second = [&](std::size_t i) {
    if (begun < 12) early = true;
    second(i);
  };
  run(noted.plan);
  EXPECT_EQ(noted.taken.size(), 40u);
  // As many as there is room for are begun before a thread goes to wait.
  EXPECT_FALSE(early);
}

TEST(BatchPlan, GoesToWaitWhenThereIsNoRoomForMore) {
  NotedPlan noted(40, 2, 4);
  noted.plan.second_is_free = [] { return false; };
  run(noted.plan);
  EXPECT_EQ(noted.taken.size(), 40u);
}

TEST(BatchPlan, AnExceptionOfAnyStepIsRethrownAndNothingAfterItIsTaken) {
  for (int step = 0; step < 4; ++step) {
    NotedPlan noted(64, 2, 4);
    const auto fail = [] { throw std::runtime_error("broken"); };
    const auto guard = [&](std::function<void(std::size_t)>& of) {
      of = [inner = of, fail](std::size_t i) {
        if (i == 22) fail();
        inner(i);
      };
    };
    if (step == 0) guard(noted.plan.first);
    if (step == 1) guard(noted.plan.second);
    if (step == 2)
      noted.plan.together = [inner = noted.plan.together, fail](std::size_t begin, std::size_t end) {
        if (begin == 20) fail();
        inner(begin, end);
      };
    if (step == 3)
      noted.plan.take = [inner = noted.plan.take, fail](std::size_t i) {
        if (i == 22) fail();
        return inner(i);
      };
    EXPECT_THROW(run(noted.plan), std::runtime_error) << step;
    EXPECT_LE(noted.taken.size(), step == 3 ? 22u : 20u) << step;
  }
}

TEST(BatchPlan, EndsWhereTheTakerHasEnough) {
  NotedPlan noted(1000, 2, 4);
  noted.plan.take = [&](std::size_t i) {
    noted.taken.push_back("");
    return i < 6;
  };
  noted.plan.first = [](std::size_t) {};
  run(noted.plan);
  EXPECT_EQ(noted.taken.size(), 7u);
}

TEST(BatchPlan, AStopRequestEndsItAfterWholeGroups) {
  NotedPlan noted(1000, 2, 4);
  const auto second = noted.plan.second;
  noted.plan.second = [&](std::size_t i) {
    second(i);
    if (i == 41) request_stop(15);
  };
  run(noted.plan);
  request_stop(0);
  EXPECT_EQ(noted.taken.size() % 4, 0u);
  EXPECT_LE(noted.taken.size(), 44u);
}

TEST(BatchPlan, OfNothingReturnsAtOnce) {
  NotedPlan noted(0, 2, 4);
  run(noted.plan);
  EXPECT_TRUE(noted.taken.empty());
}

}  // namespace
}  // namespace merkit
