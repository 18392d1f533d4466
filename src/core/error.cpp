#include "merkit/core/error.h"

#include <algorithm>
#include <numeric>

namespace merkit {

std::string_view to_string(Status status) {
  switch (status) {
    case Status::ok:
      return "ok";
    case Status::no_face:
      return "no_face";
    case Status::decode_error:
      return "decode_error";
    case Status::too_short:
      return "too_short";
    case Status::annotation_mismatch:
      return "annotation_mismatch";
    case Status::unsupported:
      return "unsupported";
  }
  return "unsupported";
}

namespace {

/// Levenshtein distance, the usual one-row form.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, substituted});
    }
  }
  return row.back();
}

}  // namespace

void throw_unknown_name(std::string_view kind, std::string_view name, const std::vector<std::string>& known) {
  std::string message = "unknown " + std::string(kind) + " \"" + std::string(name) + "\"";
  const auto nearest = std::min_element(known.begin(), known.end(), [&](const auto& a, const auto& b) {
    return edit_distance(a, name) < edit_distance(b, name);
  });
  if (nearest != known.end() && edit_distance(*nearest, name) <= std::max<std::size_t>(2, name.size() / 3))
    message += "; did you mean \"" + *nearest + "\"?";
  std::string list;
  for (const auto& entry : known) list += (list.empty() ? "" : ", ") + entry;
  throw ConfigError(message, "known: " + list);
}

}  // namespace merkit
