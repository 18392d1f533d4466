#include "data/dataset/text.h"

#include "core/text.h"

#include <algorithm>
#include <cctype>
#include <regex>

#include <fnmatch.h>

namespace merkit::dataset {
namespace {

constexpr std::size_t kLongestClipId = 200;

std::string padded(std::string number, const std::string& width) {
  const std::size_t digits = width.empty() ? 0 : std::stoul(width);
  if (number.size() < digits) number.insert(0, digits - number.size(), '0');
  return number;
}

}  // namespace

std::string folded(const std::string& text) {
  std::string result = trimmed(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

std::string plain_number(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

std::string header_key(const std::string& text) {
  std::string key;
  for (const unsigned char c : text)
    if (std::isalnum(c)) key += static_cast<char>(std::tolower(c));
  return key;
}

bool fits_pattern(const std::string& name, const std::string& pattern) {
  return fnmatch(pattern.c_str(), name.c_str(), FNM_CASEFOLD | FNM_PATHNAME) == 0;
}

std::string filled(const std::string& pattern, const Fields& fields) {
  static const std::regex placeholder(R"(\{(\w+)(?::(\d))?\})");
  std::string result;
  auto at = pattern.cbegin();
  for (std::sregex_iterator it(pattern.begin(), pattern.end(), placeholder), end; it != end; ++it) {
    result.append(at, (*it)[0].first);
    const auto found = fields.find((*it)[1].str());
    if (found != fields.end()) result += padded(found->second, (*it)[2].str());
    at = (*it)[0].second;
  }
  return result.append(at, pattern.cend());
}

std::optional<std::string> derived(const Derivation& rule, const std::string& value) {
  Fields groups{{"0", value}};
  if (!rule.match.empty()) {
    std::smatch match;
    if (!std::regex_match(value, match, std::regex(rule.match, std::regex::icase))) {
      if (rule.otherwise.empty()) return std::nullopt;
      return filled(rule.otherwise, groups);
    }
    for (std::size_t i = 1; i < match.size(); ++i) groups[std::to_string(i)] = match[i].str();
  }
  const std::string text = rule.to.empty() ? value : filled(rule.to, groups);
  if (rule.map.empty()) return text;
  for (const auto& [key, mapped] : rule.map)
    if (folded(key) == folded(text)) return mapped;
  if (rule.otherwise.empty()) return std::nullopt;
  return filled(rule.otherwise, {{"0", text}});
}

std::string clip_id_from(const std::string& text) {
  std::string id;
  for (const char c : text) {
    const bool allowed =
        std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '(' || c == ')' || c == '-';
    if (c != '^') id += allowed ? c : '_';
  }
  return id.substr(0, kLongestClipId);
}

}  // namespace merkit::dataset
