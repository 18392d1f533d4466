#pragma once

#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace merkit {

/// JSON from somebody else's file, parsed with two limits that nlohmann::json does not have: nesting deeper than
/// `max_depth` and a name standing twice in one object are errors. Throws std::runtime_error saying what is wrong.
inline nlohmann::ordered_json parse_strict_json(const char* begin, const char* end, int max_depth) {
  using Json = nlohmann::ordered_json;
  std::vector<std::set<std::string>> names;
  const Json::parser_callback_t watch = [&](int depth, Json::parse_event_t event, Json& value) {
    if (depth >= max_depth && (event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start))
      throw std::runtime_error("nested deeper than " + std::to_string(max_depth) + " levels");
    if (event == Json::parse_event_t::object_start) names.emplace_back();
    if (event == Json::parse_event_t::object_end) names.pop_back();
    if (event == Json::parse_event_t::key && !names.back().insert(value.get<std::string>()).second)
      throw std::runtime_error("the name \"" + value.get<std::string>() + "\" stands twice");
    return true;
  };
  try {
    return Json::parse(begin, end, watch);
  } catch (const nlohmann::json::exception& error) {
    throw std::runtime_error(error.what());
  }
}

inline nlohmann::ordered_json parse_strict_json(const std::string& text, int max_depth) {
  return parse_strict_json(text.data(), text.data() + text.size(), max_depth);
}

}  // namespace merkit
