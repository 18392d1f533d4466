#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace merkit {

/// A tree of settings as a user wrote it, before the owning module reads it into its own struct.
///
/// Values keep their origin, so that an error names file and JSON path. Opaque on purpose: options travel as structs,
/// and only the function that reads them (`read_settings` in src/core/settings_fields.h) looks inside.
class Settings {
 public:
  Settings();
  ~Settings();
  Settings(const Settings& other);
  Settings& operator=(const Settings& other);

  /// Parses a JSON object. Throws ConfigError with `origin`, line and column.
  static Settings parse(std::string_view json_text, const std::string& origin);
  static Settings from_file(const std::filesystem::path& file);

  /// Lays `other` over this: objects merge, anything else replaces.
  void merge(const Settings& other);

  /// `path` is dotted ("training.epochs"); `value` is JSON where it parses as such, a string otherwise.
  void set(std::string_view path, std::string_view value, const std::string& origin);

  /// The object at `key`, or an empty one; ConfigError when it is not an object.
  Settings child(std::string_view key) const;

  /// child(key), which is removed from this.
  Settings take(std::string_view key);

  bool has(std::string_view key) const;
  std::vector<std::string> keys() const;

  /// Puts `value` at `key`.
  void set_child(std::string_view key, const Settings& value);

  bool empty() const;
  std::string to_json(int indent = -1) const;

  struct Impl;
  const Impl& impl() const { return *impl_; }
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace merkit
