#pragma once

#include <string>

namespace merkit {

/// A number as CSV shows it: the shortest decimal form of the rounded value.
std::string csv_number(double value);

}  // namespace merkit
