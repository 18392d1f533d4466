#pragma once

#include <cstddef>
#include <iosfwd>
#include <map>
#include <mutex>
#include <string>

namespace merkit::cli {

/// Lines on clips that are read at the same time, in the order of the clips: those of the first clip that is not done
/// are written at once, those of later ones once it is their turn. Safe to use from many threads.
class LiveLines {
 public:
  explicit LiveLines(std::ostream& out) : out_(out) {}

  /// A line, without its end, on the clip at `index`.
  void write(std::size_t index, const std::string& line);

  /// All on the clip at `index`, which are the next in order, has been said: `last` writes what ends it.
  template <class Write>
  void finish(std::size_t index, const Write& last) {
    const std::lock_guard lock(mutex_);
    last();
    first_ = index + 1;
    release();
  }

 private:
  void release();

  std::ostream& out_;
  std::mutex mutex_;
  std::size_t first_ = 0;
  std::map<std::size_t, std::string> waiting_;
};

}  // namespace merkit::cli
