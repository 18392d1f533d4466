#pragma once

#include "core/settings_impl.h"
#include "merkit/core/error.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

// One declaration of a configuration serves reading, writing and documentation. A module's struct holds the defaults in
// its initializers, and a free function beside it lists the members:
//
//   template <class Visitor>
//   void fields(Visitor&& visit, TrainingConfig& c) {
//     visit("epochs", c.epochs, "passes over the training set", [](int n) { return n >= 1 ? nullptr : "must be at least
//     1"; });
//   }
//
// The check returns what is wrong, or null.

namespace merkit {

namespace settings_detail {

struct NoCheck {
  template <class T>
  const char* operator()(const T&) const {
    return nullptr;
  }
};

struct AnyVisitor {
  template <class... Arguments>
  void operator()(Arguments&&...) {}
};

template <class T, class = void>
struct has_fields : std::false_type {};
template <class T>
struct has_fields<T, std::void_t<decltype(fields(std::declval<AnyVisitor&>(), std::declval<T&>()))>> : std::true_type {
};

template <class T>
bool matches_type(const nlohmann::ordered_json& value) {
  if constexpr (std::is_same_v<T, bool>)
    return value.is_boolean();
  else if constexpr (std::is_unsigned_v<T>)
    return value.is_number_unsigned();
  else if constexpr (std::is_integral_v<T>)
    return value.is_number_integer();
  else if constexpr (std::is_floating_point_v<T>)
    return value.is_number();
  else if constexpr (std::is_same_v<T, std::string>)
    return value.is_string();
  else
    return value.is_array();
}

}  // namespace settings_detail

/// Reads members from a Settings object; keys it never heard of are errors.
class SettingsReader {
 public:
  explicit SettingsReader(const Settings::Impl& source) : source_(source) {}

  template <class T, class Check = settings_detail::NoCheck>
  void operator()(const char* key, T& member, const char* /*help*/, Check check = {}) {
    known_.push_back(key);
    const auto found = source_.value.find(key);
    if (found == source_.value.end()) return;
    if constexpr (settings_detail::has_fields<T>::value) {
      if (!found->is_object()) throw ConfigError(source_.place(key) + " must be an object of settings");
      Settings::Impl inner = source_;
      inner.value = *found;
      inner.path = source_.path + "/" + key;
      SettingsReader reader(inner);
      fields(reader, member);
      reader.refuse_unknown_keys();
    } else {
      if (!settings_detail::matches_type<T>(*found))
        throw ConfigError(source_.place(key) + " has the wrong type: " + found->dump());
      try {
        member = found->template get<T>();
      } catch (const nlohmann::json::exception&) {
        throw ConfigError(source_.place(key) + " has the wrong type: " + found->dump());
      }
      if (const char* wrong = check(member))
        throw ConfigError(source_.place(key) + " " + wrong + ", got " + found->dump());
    }
  }

  void refuse_unknown_keys() const {
    for (const auto& [key, value] : source_.value.items()) {
      if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
      std::string list;
      for (const auto& name : known_) list += (list.empty() ? "" : ", ") + name;
      throw ConfigError(source_.place(key) + " is not a known setting", "known here: " + list);
    }
  }

 private:
  const Settings::Impl& source_;
  std::vector<std::string> known_;
};

/// Writes every member with its present value.
class SettingsWriter {
 public:
  template <class T, class Check = settings_detail::NoCheck>
  void operator()(const char* key, T& member, const char* /*help*/, Check = {}) {
    if constexpr (settings_detail::has_fields<T>::value) {
      SettingsWriter inner;
      fields(inner, member);
      value[key] = inner.value;
    } else {
      value[key] = member;
    }
  }

  nlohmann::ordered_json value = nlohmann::ordered_json::object();
};

/// One line a setting: dotted path, default, meaning.
class SettingsDescriber {
 public:
  explicit SettingsDescriber(std::string prefix = {}) : prefix_(std::move(prefix)) {}

  template <class T, class Check = settings_detail::NoCheck>
  void operator()(const char* key, T& member, const char* help, Check = {}) {
    if constexpr (settings_detail::has_fields<T>::value) {
      SettingsDescriber inner(prefix_ + key + ".");
      fields(inner, member);
      text += inner.text;
    } else {
      text += prefix_ + key + " = " + nlohmann::ordered_json(member).dump() + "\t" + help + "\n";
    }
  }

  std::string text;

 private:
  std::string prefix_;
};

/// The struct that `settings` describe. Throws ConfigError naming file and JSON path for an unknown key, a wrong type
/// or a value that its check refuses.
template <class Config>
Config read_settings(const Settings& settings) {
  Config config;
  SettingsReader reader(settings.impl());
  fields(reader, config);
  reader.refuse_unknown_keys();
  return config;
}

/// Every key of `config` with its value.
template <class Config>
Settings write_settings(Config config) {
  SettingsWriter writer;
  fields(writer, config);
  Settings result;
  result.impl().value = writer.value;
  return result;
}

template <class Config>
std::string describe_settings() {
  Config config;
  SettingsDescriber describer;
  fields(describer, config);
  return describer.text;
}

/// For Method::resolve_config.
template <class Config>
Settings resolved_settings(const Settings& settings) {
  return write_settings(read_settings<Config>(settings));
}

}  // namespace merkit
