#pragma once

#include "data/dataset/layout.h"

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace merkit::dataset {

/// A path below the tree that fits a template, with the values of the template's fields that were open.
struct Match {
  std::filesystem::path path;  ///< relative to the tree's root
  Fields fields;
};

/// A vendor's folders. Listings are kept, so a folder is read once.
class Tree {
 public:
  explicit Tree(std::filesystem::path root) : root_(std::move(root)) {}

  /// Every folder (or file) that fits "Cropped/{subject}/{clip}": known fields must be equal (case ignored), unknown
  /// ones and "*" stand for any text. The template may begin up to three folders below the root, or with the root
  /// itself; a folder that holds one of its own name is passed through.
  std::vector<Match> find(const std::string& pattern, const Fields& fields, bool files = false);

  /// Numbers of the pictures in a folder, in order; empty when there are none.
  const std::set<int>& frames(const std::filesystem::path& folder);

  const std::filesystem::path& root() const { return root_; }

 private:
  struct Entry {
    std::string name;
    bool folder;
  };
  const std::vector<Entry>& list(const std::filesystem::path& folder);
  void descend(const std::filesystem::path& folder, const std::vector<std::string>& segments, std::size_t at,
               const Fields& known, const Fields& captured, bool files, std::vector<Match>& matches);
  std::vector<std::filesystem::path> beginnings(const std::string& segment);

  std::filesystem::path root_;
  std::map<std::filesystem::path, std::vector<Entry>> listings_;
  std::map<std::filesystem::path, std::set<int>> frames_;
  std::map<std::string, std::vector<std::filesystem::path>> beginnings_;
};

}  // namespace merkit::dataset
