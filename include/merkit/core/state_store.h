#pragma once

#include "merkit/core/content_hash.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace merkit {

/// Keeps the states of trainings, known by the content of everything that decides them, so that one that was
/// interrupted goes on, and two that are equal are done once. Safe to use from many threads.
class StateStore {
 public:
  virtual ~StateStore() = default;

  virtual std::optional<std::string> find(const ContentHash& key) const = 0;

  /// In the place of what was there. A store that cannot keep something is no error.
  virtual void put(const ContentHash& key, std::string_view state) const = 0;

  /// Waits until no other thread of this process has the key, and has it until the result is destroyed.
  virtual std::shared_ptr<void> claim(const ContentHash& key) const = 0;
};

}  // namespace merkit
