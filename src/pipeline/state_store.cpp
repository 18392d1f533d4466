#include "merkit/pipeline/state_store.h"

#include <map>
#include <mutex>
#include <utility>

namespace merkit {
namespace {

using Key = std::pair<std::uint64_t, std::uint64_t>;

class MemoryStateStore final : public StateStore {
 public:
  explicit MemoryStateStore(std::shared_ptr<const Cache> beneath) : beneath_(std::move(beneath)) {}

  std::optional<std::string> find(const ContentHash& key) const override {
    {
      const std::lock_guard lock(mutex_);
      if (const auto found = states_.find({key.high, key.low}); found != states_.end()) return found->second;
    }
    return beneath_ ? beneath_->find(of_build(key), CacheKind::states) : std::nullopt;
  }

  void put(const ContentHash& key, std::string_view state) const override {
    {
      const std::lock_guard lock(mutex_);
      states_[{key.high, key.low}] = std::string(state);
    }
    if (beneath_) beneath_->put(of_build(key), CacheKind::states, state);
  }

  std::shared_ptr<void> claim(const ContentHash& key) const override {
    std::shared_ptr<std::mutex> claimed;
    {
      const std::lock_guard lock(mutex_);
      auto& of_key = claims_[{key.high, key.low}];
      if (!of_key) of_key = std::make_shared<std::mutex>();
      claimed = of_key;
    }
    return std::make_shared<std::pair<std::shared_ptr<std::mutex>, std::unique_lock<std::mutex>>>(
        claimed, std::unique_lock(*claimed));
  }

 private:
  ContentHash of_build(const ContentHash& key) const {
    ContentHasher hasher;
    hasher.add(beneath_->build());
    hasher.add(key);
    return hasher.digest();
  }

  std::shared_ptr<const Cache> beneath_;
  mutable std::mutex mutex_;
  mutable std::map<Key, std::string> states_;
  mutable std::map<Key, std::shared_ptr<std::mutex>> claims_;
};

}  // namespace

std::shared_ptr<const StateStore> state_store(std::shared_ptr<const Cache> beneath) {
  return std::make_shared<MemoryStateStore>(std::move(beneath));
}

}  // namespace merkit
