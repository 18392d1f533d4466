#pragma once

#include <cstddef>
#include <string>

namespace merkit {

/// Length in bytes of the UTF-8 sequence at `i`, or 0 where there is none (Unicode 15, table 3-7). NUL is none.
std::size_t utf8_length(const std::string& text, std::size_t i);

bool is_utf8(const std::string& text);

}  // namespace merkit
