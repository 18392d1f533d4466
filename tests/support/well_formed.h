#pragma once

#include <cctype>
#include <set>
#include <string>
#include <vector>

namespace merkit::testing {

/// What is wrong with a text as XML, or an empty string: every element closed in order, attributes quoted and given
/// once, no bare & or <. Knows what merkit writes: a document type, no comments, no CDATA.
inline std::string what_is_malformed(const std::string& text) {
  std::vector<std::string> open;
  std::size_t at = 0;
  const auto place = [&] { return " before: " + text.substr(at, 60); };
  const auto is_entity = [&](std::size_t from) {
    const auto end = text.find(';', from);
    return end != std::string::npos && end - from < 8;
  };
  if (text.rfind("<!DOCTYPE html>\n", 0) == 0) at = text.find('\n') + 1;
  while (at < text.size()) {
    if (text[at] == '&' && !is_entity(at)) return "a bare &" + place();
    if (text[at] == '>') return "a bare >" + place();
    if (text[at] != '<') {
      ++at;
      continue;
    }
    ++at;
    const bool closing = text[at] == '/';
    if (closing) ++at;
    const std::size_t begin = at;
    while (at < text.size() && std::isalnum(static_cast<unsigned char>(text[at]))) ++at;
    const std::string name = text.substr(begin, at - begin);
    if (name.empty()) return "a bare <" + place();
    if (closing) {
      if (open.empty() || open.back() != name) return "</" + name + "> closes nothing" + place();
      open.pop_back();
    } else {
      std::set<std::string> attributes;
      while (at < text.size() && text[at] == ' ') {
        const std::size_t equals = text.find("=\"", at), end = text.find('"', equals + 2);
        if (equals == std::string::npos || end == std::string::npos) return "an attribute without end" + place();
        if (!attributes.insert(text.substr(at + 1, equals - at - 1)).second) return "an attribute twice" + place();
        if (text.substr(equals + 2, end - equals - 2).find('<') != std::string::npos) return "< in a value" + place();
        at = end + 1;
      }
      if (text.compare(at, 2, "/>") == 0)
        ++at;
      else
        open.push_back(name);
    }
    if (at >= text.size() || text[at] != '>') return "a tag without end" + place();
    ++at;
    if (!closing && name == "style" && (at = text.find("</style>", at)) == std::string::npos)
      return "a style without end";
  }
  return open.empty() ? "" : "<" + open.back() + "> is never closed";
}

}  // namespace merkit::testing
