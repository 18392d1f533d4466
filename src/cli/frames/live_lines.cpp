#include "cli/frames/live_lines.h"

#include <ostream>

namespace merkit::cli {

void LiveLines::write(std::size_t index, const std::string& line) {
  const std::lock_guard lock(mutex_);
  waiting_[index] += line + "\n";
  release();
}

void LiveLines::release() {
  const auto found = waiting_.find(first_);
  if (found == waiting_.end()) return;
  out_ << found->second << std::flush;
  waiting_.erase(found);
}

}  // namespace merkit::cli
