#include "cli/frames/illustrations.h"

#include "merkit/core/error.h"
#include "merkit/core/files.h"
#include "merkit/evaluation/interval_tables.h"
#include "merkit/pictures/annotated_video.h"
#include "merkit/pictures/motion_pictures.h"
#include "merkit/pictures/spotting_plot.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace merkit::cli {

void add_illustration_options(CLI::App& command, IllustrationOptions& options) {
  command
      .add_option("--pictures", options.pictures, "Write a picture of each interval here: onset, apex, motion, strain")
      ->type_name("DIR");
  command
      .add_option("--plot", options.plots,
                  "Write a picture of each clip's signal here: threshold, intervals, faces and motion at the apexes")
      ->type_name("DIR");
  command
      .add_option("--annotate", options.annotated,
                  "Write each clip here as a video with face, signal and intervals drawn in")
      ->type_name("FILE.mp4|DIR");
  command.add_option("--truth", options.truth, "True intervals to draw beside those found, in any form evaluate reads")
      ->check(CLI::ExistingFile)
      ->type_name("TABLE");
}

Illustrator::Illustrator(const IllustrationOptions& options, std::size_t clips, const LabelSet& labels)
    : options_(options), labels_(labels) {
  if (!options.truth.empty()) {
    if (options.plots.empty() && options.annotated.empty())
      throw ConfigError("--truth is drawn by --plot and --annotate, and neither was given",
                        "to score intervals: merkit evaluate INTERVALS --truth TABLE");
    truth_ = read_intervals(options.truth);
  }
  one_file_ = options.annotated.extension() == ".mp4" && !std::filesystem::is_directory(options.annotated);
  if (one_file_ && clips > 1)
    throw ConfigError(
        "--annotate " + options.annotated.string() + " is one file, and there are " + std::to_string(clips) + " clips",
        "give a directory, which receives one video a clip");
  for (const auto& folder : {options.pictures, options.plots})
    if (!folder.empty()) create_directories_or_throw(folder);
  if (!options.annotated.empty() && !one_file_) create_directories_or_throw(options.annotated);
}

std::optional<std::vector<VideoInterval>> Illustrator::truth_of(const ClipRequest& request) const {
  if (!truth_) return std::nullopt;
  const std::string stem = std::filesystem::path(request.source).stem().string();
  std::vector<VideoInterval> result;
  for (const VideoInterval& known : *truth_)
    if (known.video == stem || known.video == request.clip_id) result.push_back(known);
  return result;
}

std::filesystem::path Illustrator::annotated_file(const ClipRequest& request) const {
  return one_file_ ? options_.annotated : options_.annotated / (request.clip_id + ".mp4");
}

ClipAnalysis Illustrator::analyze(const ClipAnalyzer& analyzer, ClipRequest request) const {
  SpottingPlot plot;
  if (!options_.plots.empty() || !options_.pictures.empty())
    request.on_key_faces = [&](const Detection& found, const AlignedFace& onset, const AlignedFace& apex) {
      if (!options_.plots.empty()) plot.add(found, onset.image, apex.image);
      if (!options_.pictures.empty() && onset.number != apex.number)
        write_png(options_.pictures / fmt::format("{}_{}.png", request.clip_id, found.interval.onset),
                  motion_picture(onset.image, apex.image, optical_flow(onset.image, apex.image)));
    };
  ClipAnalysis analysis = analyzer.analyze(request);
  if (analysis.signal.frames.empty() || (options_.plots.empty() && options_.annotated.empty())) return analysis;
  const SignalChart chart = signal_chart(analysis, truth_of(request));
  if (!options_.plots.empty())
    write_png(options_.plots / (request.clip_id + ".png"), plot.draw(analysis, chart, labels_));
  if (!options_.annotated.empty()) try {
      write_annotated_video(annotated_file(request), request, analysis, chart, labels_);
    } catch (const Interrupted&) {
      spdlog::warn("{}: interrupted before its video was written", request.source);
    }
  return analysis;
}

}  // namespace merkit::cli
