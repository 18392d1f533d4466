#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace merkit {

/// A prediction read back from any of the three formats.
struct StoredPrediction {
  std::string clip_id, dataset, subject, label_true, label_pred, status;
  bool seen_subject = false;
  std::uint64_t seed = 1;
  std::string epoch_selection;  ///< as merkit loso writes it; empty when not known
};

/// Reads what RecordWriter wrote (kind "prediction"), or a CSV with at least clip_id, label_true and label_pred.
/// `classes` receives the class order if the file has one. Throws InputError naming file and line or record.
std::vector<StoredPrediction> read_predictions(const std::filesystem::path& file, std::vector<std::string>& classes);

}  // namespace merkit
