#pragma once

#include <string>
#include <string_view>

namespace merkit {

/// Without spaces, tabs and line ends around it.
std::string trimmed(const std::string& text);

/// Names as they are compared: without white space around them, in lower case (ASCII).
std::string folded(std::string_view text);

}  // namespace merkit
