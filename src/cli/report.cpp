#include "cli/batch.h"
#include "cli/cache.h"
#include "cli/commands.h"
#include "merkit/evaluation/interval_tables.h"
#include "merkit/pictures/clip_pictures.h"
#include "merkit/report/analysis_report.h"
#include "merkit/report/html_report.h"
#include "merkit/report/spotting_results.h"

#include <algorithm>

#include <spdlog/spdlog.h>

namespace merkit::cli {
namespace {

struct ReportRequest {
  CommonOptions common;
  CacheOption cache;
  std::vector<std::filesystem::path> runs;
  std::filesystem::path output, manifest;
  std::filesystem::path signals, pictures, truth;  ///< of pages on analyses
  std::string title;
  int worst = 12;
  bool partial = false;
};

std::string page_on_analyses(const ReportRequest& request) {
  AnalysisReportOptions options;
  options.title = request.title;
  options.command = request.common.command;
  options.signals = request.signals;
  options.pictures = request.pictures;
  if (!request.truth.empty()) options.truth = read_intervals(request.truth);
  return analysis_report(request.runs, options);
}

std::string page_on_runs(const ReportRequest& request) {
  const EffectiveSettings settings(request.common);
  std::vector<RecognitionDirectory> runs;
  for (const auto& directory : request.runs) runs.emplace_back(directory);
  HtmlReportOptions options;
  options.title = request.title;
  options.command = request.common.command;
  options.partial = request.partial;
  options.worst_clips = request.worst;
  const auto cache = request.cache.open();
  if (!request.manifest.empty()) options.pictures = clip_pictures(request.manifest, settings.pipeline, cache);
  std::string page = html_report(runs, options);
  tell_of(cache.get());
  return page;
}

std::string page_on_spotting_runs(const ReportRequest& request) {
  std::vector<SpottingDirectory> runs;
  for (const auto& directory : request.runs) {
    if (!holds_spotting_run(directory))
      throw ConfigError(directory.string() + " is a run over clips and " + request.runs.front().string() +
                            " one over long videos, which cannot be compared",
                        "make a page of each");
    runs.emplace_back(directory);
  }
  return spotting_runs_html(runs, request.title, request.common.command);
}

int report(const ReportRequest& request) {
  start_logging(request.common);
  const auto files = std::count_if(request.runs.begin(), request.runs.end(),
                                   [](const auto& path) { return std::filesystem::is_regular_file(path); });
  if (files > 0 && files < static_cast<std::ptrdiff_t>(request.runs.size()))
    throw ConfigError("a page is on runs or on analyses, not on both", "give directories of merkit loso, or files");
  Output output(request.output);
  output.stream() << (files > 0                                  ? page_on_analyses(request)
                      : holds_spotting_run(request.runs.front()) ? page_on_spotting_runs(request)
                                                                 : page_on_runs(request));
  output.commit();
  if (!request.output.empty()) spdlog::info("wrote {}", request.output.string());
  return kAllDone;
}

}  // namespace

void add_report(Commands& commands) {
  auto request = std::make_shared<ReportRequest>();
  CLI::App& command =
      commands.add("report", "Show leave-one-subject-out runs, or what was found in clips, on one self-contained page");
  command
      .add_option("runs", request->runs,
                  "Directories of merkit loso (several are compared), or files of merkit run or spot")
      ->required()
      ->type_name("DIR|FILE");
  command.add_option("-o,--output", request->output, "Write the page here instead of stdout")->type_name("FILE");
  command.add_option("--manifest", request->manifest, "The clips: shows the motion of those classified worst")
      ->type_name("FILE");
  command.add_option("--worst", request->worst, "How many of the clips classified worst to show of each run")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  command.add_option("--signals", request->signals, "Clips: draw the curves that --save-signal wrote here")
      ->check(CLI::ExistingDirectory)
      ->type_name("DIR");
  command.add_option("--pictures", request->pictures, "Clips: show the pictures that --pictures wrote here")
      ->check(CLI::ExistingDirectory)
      ->type_name("DIR");
  command.add_option("--truth", request->truth, "Clips: true intervals to draw beside those found")
      ->check(CLI::ExistingFile)
      ->type_name("TABLE");
  command.add_option("--title", request->title, "Title of the page")->type_name("TEXT");
  command.add_flag("--partial", request->partial, "Show what there is of a run that is not finished");
  add_cache_option(command, request->cache);
  add_common_options(command, request->common);
  command.footer(
      "Example: merkit report run -o report.html --manifest composite.csv\n"
      "         merkit report ststnet_run svm_run -o comparison.html\n"
      "         merkit report result.json --signals curves -o found.html");
  request->common.command = without_cache_option(commands.arguments());
  commands.set_action(command, [request] { return report(*request); });
}

}  // namespace merkit::cli
