#include "merkit/core/settings.h"

#include "core/settings_impl.h"
#include "merkit/core/error.h"
#include "merkit/core/files.h"

namespace merkit {
namespace {

using Json = nlohmann::ordered_json;

void merge_into(Json& target, const Json& source) {
  if (!target.is_object() || !source.is_object()) {
    target = source;
    return;
  }
  for (const auto& [key, value] : source.items()) merge_into(target[key], value);
}

void note_places(std::map<std::string, std::string>& places, const Json& value, const std::string& pointer,
                 const std::string& origin) {
  places[pointer] = origin + ":" + pointer;
  if (value.is_object())
    for (const auto& [key, member] : value.items()) note_places(places, member, pointer + "/" + key, origin);
}

/// `from`'s places below its own path, as places below `path`.
void move_places(std::map<std::string, std::string>& places, const std::string& path, const Settings::Impl& from) {
  for (const auto& [pointer, place] : from.places)
    if (pointer.compare(0, from.path.size(), from.path) == 0) places[path + pointer.substr(from.path.size())] = place;
}

}  // namespace

std::string Settings::Impl::place(const std::string& key) const {
  const std::string pointer = path + "/" + key;
  const auto found = places.find(pointer);
  return found == places.end() ? origin + ":" + pointer : found->second;
}

Settings::Settings() : impl_(std::make_unique<Impl>()) {}
Settings::~Settings() = default;
Settings::Settings(const Settings& other) : impl_(std::make_unique<Impl>(*other.impl_)) {}
Settings& Settings::operator=(const Settings& other) {
  if (this != &other) impl_ = std::make_unique<Impl>(*other.impl_);
  return *this;
}

Settings Settings::parse(std::string_view json_text, const std::string& origin) {
  Settings result;
  try {
    result.impl_->value = Json::parse(json_text);
  } catch (const nlohmann::json::exception& error) {
    throw ConfigError(origin + ": " + error.what());
  }
  if (!result.impl_->value.is_object()) throw ConfigError(origin + ": the settings must be a JSON object");
  result.impl_->origin = origin;
  note_places(result.impl_->places, result.impl_->value, "", origin);
  return result;
}

Settings Settings::from_file(const std::filesystem::path& file) {
  try {
    return parse(read_file(file), file.string());
  } catch (const InputError& error) {
    throw ConfigError(error.what());
  }
}

void Settings::merge(const Settings& other) {
  merge_into(impl_->value, other.impl_->value);
  move_places(impl_->places, impl_->path, *other.impl_);
}

void Settings::set(std::string_view path, std::string_view value, const std::string& origin) {
  if (path.empty() || path.front() == '.' || path.back() == '.' || path.find("..") != std::string_view::npos)
    throw ConfigError(origin + ": \"" + std::string(path) + "\" is not a setting; write path.to.key=value");
  Json parsed = Json::parse(value, nullptr, /*allow_exceptions=*/false);
  if (parsed.is_discarded()) parsed = std::string(value);
  Json* place = &impl_->value;
  std::string pointer = impl_->path;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    if (!place->is_object()) *place = Json::object();
    pointer += "/" + std::string(path.substr(begin, end - begin));
    place = &(*place)[std::string(path.substr(begin, end - begin))];
    begin = end + 1;
  }
  *place = parsed;
  note_places(impl_->places, *place, pointer, origin);
}

Settings Settings::child(std::string_view key) const {
  Settings result;
  result.impl_->path = impl_->path + "/" + std::string(key);
  result.impl_->origin = impl_->origin;
  result.impl_->places = impl_->places;
  const auto found = impl_->value.find(std::string(key));
  if (found == impl_->value.end()) return result;
  if (!found->is_object()) throw ConfigError(impl_->place(std::string(key)) + " must be an object of settings");
  result.impl_->value = *found;
  return result;
}

Settings Settings::take(std::string_view key) {
  Settings result = child(key);
  impl_->value.erase(std::string(key));
  return result;
}

bool Settings::has(std::string_view key) const { return impl_->value.contains(std::string(key)); }

std::vector<std::string> Settings::keys() const {
  std::vector<std::string> result;
  for (const auto& [key, value] : impl_->value.items()) result.push_back(key);
  return result;
}

void Settings::set_child(std::string_view key, const Settings& value) {
  impl_->value[std::string(key)] = value.impl_->value;
  move_places(impl_->places, impl_->path + "/" + std::string(key), *value.impl_);
}

bool Settings::empty() const { return impl_->value.empty(); }

std::string Settings::to_json(int indent) const { return impl_->value.dump(indent); }

}  // namespace merkit
