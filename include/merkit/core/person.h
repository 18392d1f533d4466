#pragma once

#include <string>

namespace merkit {

/// Somebody who is seen in clips. People of two data sets are never the same, even where they have one number.
struct Person {
  std::string dataset, subject;

  /// "dataset/subject": what leave-one-subject-out groups by, and what model files call those who taught them.
  std::string key() const { return dataset + "/" + subject; }
};

}  // namespace merkit
