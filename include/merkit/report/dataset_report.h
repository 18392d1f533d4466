#pragma once

#include "merkit/data/dataset_check.h"
#include "merkit/report/provenance.h"

#include <string>
#include <vector>

namespace merkit {

/// What `merkit dataset check` found.
struct DatasetCheck {
  std::string manifest;  ///< as the user named it
  int clips = 0;
  std::vector<Finding> findings;
  std::vector<DatasetSummary> datasets;

  int errors() const;
  int warnings() const;
};

/// One document (schema merkit/dataset-check-document/1).
std::string dataset_check_json(const DatasetCheck& check, const Provenance& provenance);
/// One finding a line (schema merkit/dataset-check/1).
std::string dataset_check_jsonl(const DatasetCheck& check, const Provenance& provenance);
/// clip_id,severity,what,detail
std::string dataset_check_csv(const DatasetCheck& check);
/// For people: the findings, then counts by data set, emotion and subject.
std::string dataset_check_text(const DatasetCheck& check);

}  // namespace merkit
