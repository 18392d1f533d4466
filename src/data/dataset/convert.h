#pragma once

#include "data/dataset/layout.h"
#include "merkit/data/dataset.h"

#include <filesystem>
#include <string>

namespace merkit::dataset {

/// A data set that one layout describes, without counting.
DatasetConversion convert_one(const DatasetLayout& layout, const DatasetRequest& request);

/// Several data sets as one (MEGC 2019): from their trees, or from a folder of ready motion images with its table.
DatasetConversion convert_composite(const DatasetLayout& layout, const DatasetRequest& request);

/// `path` as a manifest writes it. Throws InputError when it does not lie below the manifest's directory.
std::string manifest_path(const std::filesystem::path& path, const std::filesystem::path& manifest);

}  // namespace merkit::dataset
