#pragma once

#include "data/dataset/layout.h"

#include <optional>
#include <string>

namespace merkit::dataset {

/// Without surrounding space, in lower case (ASCII).
std::string folded(const std::string& text);

/// 29.97 as "29.97", 200.0 as "200"; at most six decimals.
std::string plain_number(double value);

/// "a, b, c".
std::string joined(const std::vector<std::string>& parts);

/// A header for comparison: lower case letters and digits alone, so "Onset Frame", "onset_frame" and "OnsetFrame" are
/// the same.
std::string header_key(const std::string& text);

/// Whether a file name fits a shell pattern (* and ?), case ignored.
bool fits_pattern(const std::string& name, const std::string& pattern);

/// "{subject}_{clip}" with the fields put in; "{x:3}" pads a number with zeros to three digits. Unknown fields are
/// empty.
std::string filled(const std::string& pattern, const Fields& fields);

/// The derived value, or nothing where `value` does not fit.
std::optional<std::string> derived(const Derivation& rule, const std::string& value);

/// A clip id that a manifest allows: every other byte becomes "_" but "^" (left out), at most 200 long.
std::string clip_id_from(const std::string& text);

}  // namespace merkit::dataset
