#include "cli/batch.h"
#include "cli/dataset.h"
#include "cli/provenance.h"
#include "merkit/pipeline/check_frames.h"
#include "merkit/report/dataset_report.h"
#include "merkit/report/provenance.h"

namespace merkit::cli {
namespace {

constexpr int kInvalidData = 3;

struct CheckRequest {
  CommonOptions common;
  OutputOptions output;
  std::filesystem::path manifest;
  bool all_frames = false, rows_only = false;
};

/// What the pictures show, by clip in the manifest's order, then what they have in common.
void check_pictures(const Manifest& manifest, const CheckRequest& request, std::vector<Finding>& findings) {
  Progress progress(request.common, manifest.clips.size(), "clips");
  std::vector<std::optional<ContentHash>> pictures(manifest.clips.size());
  ordered_batch<FrameCheck>(
      manifest.clips.size(), request.common.job_count(),
      [&](std::size_t i) { return check_frames(manifest.clips[i], request.all_frames); },
      [&](std::size_t i, FrameCheck check) {
        findings.insert(findings.end(), check.findings.begin(), check.findings.end());
        pictures[i] = check.first_picture;
        progress.advance();
        return true;
      });
  for (auto& finding : check_first_pictures(manifest.clips, pictures)) findings.push_back(std::move(finding));
}

int check(const CheckRequest& request) {
  start_logging(request.common);
  EffectiveSettings settings(request.common);
  const Manifest manifest = Manifest::read(request.manifest);
  DatasetCheck check;
  check.manifest = request.manifest.string();
  check.clips = static_cast<int>(manifest.clips.size());
  check.findings = check_rows(manifest);
  if (!request.rows_only) check_pictures(manifest, request, check.findings);
  check.datasets = summarize_datasets(manifest);
  for (const auto& set : check.datasets)
    for (const auto& difference : set.differences)
      check.findings.push_back({"", Severity::warning, "count", set.dataset + ": " + difference});
  Output output(request.output.file);
  const std::string& format = request.output.format;
  const Provenance provenance = provenance_of(request.common, settings);
  output.stream() << (format == "json"    ? dataset_check_json(check, provenance)
                      : format == "jsonl" ? dataset_check_jsonl(check, provenance)
                      : format == "csv"   ? dataset_check_csv(check)
                                          : dataset_check_text(check));
  output.commit();
  return check.errors() > 0 ? kInvalidData : kAllDone;
}

}  // namespace

void add_dataset_check(Commands& commands, CLI::App& dataset) {
  auto request = std::make_shared<CheckRequest>();
  request->output.format = "text";
  CLI::App& command = commands.add(
      "check", "Look for mistakes in a manifest, its frames and its counts before training on it", &dataset);
  command.add_option("manifest", request->manifest, "Manifest of the data set (CSV or JSON)")
      ->required()
      ->type_name("MANIFEST");
  command.add_flag("--all-frames", request->all_frames, "Decode every frame, not just those at onset, apex and offset");
  command.add_flag("--rows-only", request->rows_only, "Look at the rows and not at the frames")
      ->excludes("--all-frames");
  command.add_option("--format", request->output.format, "text, json, jsonl or csv; the last two hold findings alone")
      ->check(CLI::IsMember({"text", "json", "jsonl", "csv"}))
      ->capture_default_str();
  command.add_option("-o,--output", request->output.file, "Write the result here instead of stdout")->type_name("FILE");
  add_compute_options(command, request->common);
  add_common_options(command, request->common);
  std::string kinds;
  for (const auto& [kind, meaning] : finding_kinds()) kinds += "\n  " + kind + ": " + meaning;
  command.footer("Exit code 0 without errors (there may be warnings), 3 with errors. What is looked for:" + kinds +
                 "\n\nExample: merkit dataset check casme2.csv --format csv -o findings.csv");
  request->common.command = commands.arguments();
  commands.set_action(command, [request] { return check(*request); });
}

}  // namespace merkit::cli
