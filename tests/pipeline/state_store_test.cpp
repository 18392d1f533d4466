#include "merkit/pipeline/state_store.h"

#include "support/temporary_folder.h"

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

#include <gtest/gtest.h>

namespace merkit {
namespace {

using testing::TemporaryFolder;

TEST(StateStore, GivesBackTheLatestState) {
  const auto store = state_store();
  EXPECT_FALSE(store->find({1, 2}).has_value());
  store->put({1, 2}, "one");
  store->put({1, 2}, "two");
  EXPECT_EQ(store->find({1, 2}), "two");
  EXPECT_FALSE(store->find({2, 1}).has_value());
}

TEST(StateStore, KeepsStatesForLaterRunsOfTheSameBuild) {
  const TemporaryFolder folder;
  state_store(std::make_shared<Cache>(folder / "cache", "build 1"))->put({1, 2}, "kept");
  EXPECT_EQ(state_store(std::make_shared<Cache>(folder / "cache", "build 1"))->find({1, 2}), "kept");
  EXPECT_FALSE(state_store(std::make_shared<Cache>(folder / "cache", "build 2"))->find({1, 2}).has_value());
}

TEST(StateStore, GivesAKeyToOneThreadAtATime) {
  const auto store = state_store();
  auto mine = store->claim({1, 2});
  const auto other = store->claim({3, 4});  // another key is free
  std::atomic<bool> had{false};
  auto waiting = std::async(std::launch::async, [&] {
    const auto theirs = store->claim({1, 2});
    had = true;
  });
  EXPECT_EQ(waiting.wait_for(std::chrono::milliseconds(30)), std::future_status::timeout);
  EXPECT_FALSE(had);
  mine.reset();
  waiting.get();
  EXPECT_TRUE(had);
}

}  // namespace
}  // namespace merkit
