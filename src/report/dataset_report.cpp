#include "merkit/report/dataset_report.h"

#include "merkit/data/csv.h"
#include "report/provenance.h"

#include <algorithm>

namespace merkit {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Finding& finding) {
  return {{"schema", "merkit/dataset-check/1"},
          {"clip_id", finding.clip_id},
          {"severity", std::string(to_string(finding.severity))},
          {"what", finding.what},
          {"detail", finding.detail}};
}

Json to_json(const DatasetSummary& summary) {
  return {
      {"dataset", summary.dataset},
      {"title", summary.title},
      {"clips", summary.clips},
      {"subjects", summary.subjects},
      {"emotions", summary.emotions},
      {"clips_of_subject", summary.clips_of_subject},
      {"published", summary.has_published_counts ? Json(summary.differences.empty() ? "same" : "different") : Json()},
      {"differences", summary.differences}};
}

/// "disgust 63, fear 2"
std::string listed(const std::map<std::string, int>& counts) {
  std::string text;
  for (const auto& [name, count] : counts) text += (text.empty() ? "" : ", ") + name + " " + std::to_string(count);
  return text;
}

int count_of(const std::vector<Finding>& findings, Severity severity) {
  return static_cast<int>(
      std::count_if(findings.begin(), findings.end(), [&](const auto& f) { return f.severity == severity; }));
}

std::string dumped(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

int DatasetCheck::errors() const { return count_of(findings, Severity::error); }
int DatasetCheck::warnings() const { return count_of(findings, Severity::warning); }

std::string dataset_check_json(const DatasetCheck& check, const Provenance& provenance) {
  Json document{{"schema", "merkit/dataset-check-document/1"}};
  document.update(to_json(provenance));
  document["manifest"] = check.manifest;
  document["findings"] = Json::array();
  for (const auto& finding : check.findings) document["findings"].push_back(to_json(finding));
  document["datasets"] = Json::array();
  for (const auto& summary : check.datasets) document["datasets"].push_back(to_json(summary));
  document["summary"] = {{"clips", check.clips}, {"errors", check.errors()}, {"warnings", check.warnings()}};
  return dumped(document, 2);
}

std::string dataset_check_jsonl(const DatasetCheck& check, const Provenance& provenance) {
  std::string lines;
  for (const auto& finding : check.findings) {
    Json record = to_json(finding);
    record["provenance"] = to_json(provenance);
    lines += dumped(record, -1);
  }
  return lines;
}

std::string dataset_check_csv(const DatasetCheck& check) {
  std::string text = "clip_id,severity,what,detail\n";
  for (const auto& finding : check.findings)
    text += csv_quoted(finding.clip_id) + "," + std::string(to_string(finding.severity)) + "," + finding.what + "," +
            csv_quoted(finding.detail) + "\n";
  return text;
}

std::string dataset_check_text(const DatasetCheck& check) {
  std::string text;
  for (const auto& finding : check.findings)
    text += std::string(to_string(finding.severity)) + ": " +
            (finding.clip_id.empty() ? std::string() : finding.clip_id + ": ") + finding.what + ": " + finding.detail +
            "\n";
  if (!text.empty()) text += "\n";
  for (const auto& set : check.datasets) {
    text += set.dataset + (set.title.empty() ? "" : " (" + set.title + ")") + ": " + std::to_string(set.clips) +
            " clips of " + std::to_string(set.subjects) + " subjects\n";
    if (!set.emotions.empty()) text += "  emotions: " + listed(set.emotions) + "\n";
    text += "  clips by subject: " + listed(set.clips_of_subject) + "\n";
    if (set.has_published_counts) {
      text += set.differences.empty() ? "  published counts: the same\n" : "  published counts differ:\n";
      for (const auto& difference : set.differences) text += "    " + difference + "\n";
    }
  }
  return text + std::to_string(check.clips) + " clips, " + std::to_string(check.errors()) + " errors, " +
         std::to_string(check.warnings()) + " warnings\n";
}

}  // namespace merkit
