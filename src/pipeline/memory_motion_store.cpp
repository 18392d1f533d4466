#include "merkit/pipeline/memory_motion_store.h"

#include "merkit/core/content_hash.h"

#include <map>
#include <mutex>
#include <utility>

namespace merkit {
namespace {

class MemoryMotionStore final : public MotionStore {
 public:
  explicit MemoryMotionStore(std::shared_ptr<const MotionStore> beneath) : beneath_(std::move(beneath)) {}

  Maps motion(const cv::Mat& from, const cv::Mat& to, const std::string& settings,
              const std::function<Maps()>& compute) const override {
    ContentHasher hasher;
    hasher.add(settings);
    hasher.add(from);
    hasher.add(to);
    const ContentHash hash = hasher.digest();
    const std::pair key(hash.high, hash.low);
    {
      const std::lock_guard lock(mutex_);
      if (const auto found = kept_.find(key); found != kept_.end()) return found->second;
    }
    Maps maps = beneath_ ? beneath_->motion(from, to, settings, compute) : compute();
    const std::lock_guard lock(mutex_);
    return kept_.emplace(key, std::move(maps)).first->second;
  }

 private:
  std::shared_ptr<const MotionStore> beneath_;
  mutable std::mutex mutex_;
  mutable std::map<std::pair<std::uint64_t, std::uint64_t>, Maps> kept_;
};

}  // namespace

std::shared_ptr<const MotionStore> memory_motion_store(std::shared_ptr<const MotionStore> beneath) {
  return std::make_shared<MemoryMotionStore>(std::move(beneath));
}

}  // namespace merkit
