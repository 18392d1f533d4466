#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace merkit {

/// A data set that merkit can convert, described by configs/datasets/NAME.json.
struct DatasetName {
  std::string name, title, summary;
};

/// All of configs/datasets, by name. Throws ConfigError for a file that is not as it should be.
std::vector<DatasetName> dataset_names();

/// What to convert, and where the manifest will lie (its paths are relative to that directory).
struct DatasetRequest {
  std::string name;                ///< of configs/datasets
  std::filesystem::path from;      ///< the vendor's tree, or its sheet alone
  std::filesystem::path manifest;  ///< the file that will be written; the tree must lie below its directory
  std::filesystem::path sheet;     ///< empty: looked for below `from`
  std::string variant;             ///< which pictures, such as "cropped" or "raw"; empty: the first that is there
};

/// One value of a sheet that was not taken as it stands, or was taken although it is doubtful.
struct Repair {
  std::string clip_id, field, raw, used;
  std::string reason;
  std::string source;  ///< who says so
};

/// Clips by what the published figures count: "clips", "subjects", "emotions/happiness", "expressions/micro", ...
using DatasetCounts = std::map<std::string, int>;

/// What became of a data set.
struct DatasetConversion {
  std::string name, title, variant;
  std::vector<std::filesystem::path> sheets;             ///< that were read
  std::vector<std::map<std::string, std::string>> rows;  ///< manifest columns of each clip
  std::vector<Repair> repairs;
  DatasetCounts counts;
  std::vector<std::string> mismatches;         ///< counts that differ from the published ones
  std::vector<std::string> soft_mismatches;    ///< the same for figures that are not certain
  std::vector<std::string> left_out;           ///< rows that are not in the manifest, each with place and reason
  std::vector<std::string> unmatched_folders;  ///< folders that no row speaks of, relative to the tree
  std::vector<std::string> warnings;

  std::string manifest_csv() const;
  std::string repairs_csv() const;
};

/// Reads tree and sheet. Throws ConfigError for an unknown name or variant; InputError when there is no sheet, more
/// than one, no header row in it, or no clip at all, and when the tree does not lie below the manifest's directory.
DatasetConversion convert_dataset(const DatasetRequest& request);

}  // namespace merkit
