#pragma once

#include <string>
#include <vector>

namespace merkit {

/// Marks of a time axis, each with its label: "0.2 s", "15 s", from a minute on "1:05".
struct TimeMark {
  double time_s = 0;
  std::string label;
};

/// At most `most` + 1 marks in `from_s`..`to_s`, a round number of tenths, seconds or minutes apart. `from_s` >= 0,
/// `to_s` > `from_s`, `most` >= 1.
std::vector<TimeMark> time_marks(double from_s, double to_s, int most);

}  // namespace merkit
