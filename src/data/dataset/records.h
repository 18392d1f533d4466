#pragma once

#include "data/dataset/sheet_table.h"
#include "data/dataset/tree.h"
#include "merkit/data/dataset.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace merkit::dataset {

/// One clip on its way from the sheet (or the folder) to the manifest.
struct Record {
  std::shared_ptr<const SheetTable> table;
  SheetRow row;                 ///< with the derived fields
  std::optional<Match> folder;  ///< where its pictures lie
  std::vector<Repair> repairs;  ///< clip_id still empty
  std::string problem;          ///< why it cannot become a clip
  std::string ambiguous;        ///< the folders, where several fit

  /// A field, or an empty text.
  const std::string& field(const std::string& name) const;
};

/// What speaks about the clips: the sheets that belong to the request, or nothing.
struct Tables {
  std::vector<std::shared_ptr<const SheetTable>> tables;
  std::vector<Fields> constants;  ///< of each table
  std::vector<std::filesystem::path> joined_files;
};

/// Finds and reads the sheets. Where there is none, `tables` is empty.
Tables read_tables(const DatasetLayout& layout, const DatasetRequest& request);

/// The records of sheets: constants and derived fields put in, rows with several intervals split.
std::vector<Record> records_of(const DatasetLayout& layout, const Tables& tables);

/// The records of folders that fit one of the variant's templates (data sets whose folders say everything).
std::vector<Record> records_of(const DatasetLayout& layout, const Variant& variant, Tree& tree);

}  // namespace merkit::dataset
