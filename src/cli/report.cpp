#include "cli/batch.h"
#include "cli/cache.h"
#include "cli/clip_pictures.h"
#include "cli/commands.h"
#include "merkit/report/html_report.h"

#include <spdlog/spdlog.h>

namespace merkit::cli {
namespace {

struct ReportRequest {
  CommonOptions common;
  CacheOption cache;
  std::vector<std::filesystem::path> runs;
  std::filesystem::path output, manifest;
  std::string title;
  int worst = 12;
  bool partial = false;
};

int report(const ReportRequest& request) {
  start_logging(request.common);
  const EffectiveSettings settings(request.common);
  std::vector<LosoDirectory> runs;
  for (const auto& directory : request.runs) runs.emplace_back(directory);
  HtmlReportOptions options;
  options.title = request.title;
  options.command = request.common.command;
  options.partial = request.partial;
  options.worst_clips = request.worst;
  const auto cache = request.cache.open();
  if (!request.manifest.empty()) options.pictures = clip_pictures(request.manifest, settings.pipeline, cache);
  Output output(request.output);
  output.stream() << html_report(runs, options);
  output.commit();
  tell_of(cache.get());
  if (!request.output.empty()) spdlog::info("wrote {}", request.output.string());
  return kAllDone;
}

}  // namespace

void add_report(Commands& commands) {
  auto request = std::make_shared<ReportRequest>();
  CLI::App& command = commands.add("report", "Show leave-one-subject-out runs on one self-contained HTML page");
  command.add_option("runs", request->runs, "Directories of merkit loso; several are compared")
      ->required()
      ->type_name("DIR");
  command.add_option("-o,--output", request->output, "Write the page here instead of stdout")->type_name("FILE");
  command.add_option("--manifest", request->manifest, "The clips: shows the motion of those classified worst")
      ->type_name("FILE");
  command.add_option("--worst", request->worst, "How many of the clips classified worst to show of each run")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  command.add_option("--title", request->title, "Title of the page")->type_name("TEXT");
  command.add_flag("--partial", request->partial, "Show what there is of a run that is not finished");
  add_cache_option(command, request->cache);
  add_common_options(command, request->common);
  command.footer(
      "Example: merkit report run -o report.html --manifest composite.csv\n"
      "         merkit report ststnet_run svm_run -o comparison.html");
  request->common.command = without_cache_option(commands.arguments());
  commands.set_action(command, [request] { return report(*request); });
}

}  // namespace merkit::cli
