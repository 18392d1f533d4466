#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace merkit {

/// The classes of a task, in a fixed order, and how the vocabularies of data sets map to them.
/// A class's index is its position; it never depends on the order of the data.
class LabelSet {
 public:
  LabelSet() = default;

  /// Throws ConfigError when a name is empty or twice there, or `mapping` leads to a class that is not.
  explicit LabelSet(std::vector<std::string> classes, std::map<std::string, std::string> mapping = {});

  /// Reads {"classes": [...], "map": {"happiness": "positive", ...}}. Throws ConfigError with file and JSON path.
  static LabelSet from_file(const std::filesystem::path& file);

  int size() const { return static_cast<int>(classes_.size()); }
  bool empty() const { return classes_.empty(); }
  const std::vector<std::string>& classes() const { return classes_; }
  const std::map<std::string, std::string>& mapping() const { return mapping_; }
  const std::string& name(int index) const { return classes_.at(index); }

  /// Class of an emotion as a data set spells it (case and surrounding space do not matter), if it has one.
  std::optional<int> find(std::string_view emotion) const;

  bool operator==(const LabelSet& other) const { return classes_ == other.classes_; }

 private:
  std::vector<std::string> classes_;
  std::map<std::string, std::string> mapping_;
};

}  // namespace merkit
