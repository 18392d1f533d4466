#include "report/html/page.h"
#include "report/html/sections.h"
#include "report/html/tables.h"

#include <algorithm>

#include <fmt/format.h>

namespace merkit::html {
namespace {

void show_pictures(Markup& page, const PlannedClip& clip, const ClipPictures& shown) {
  if (!shown.problem.empty()) page.element("p", "No picture: " + shown.problem, {{"class", "note"}});
  if (shown.pictures.empty()) return;
  const auto row = page.inside("div", {{"class", shown.pixelated ? "pictures pixelated" : "pictures"}});
  for (const auto& picture : shown.pictures) {
    const auto figure = page.inside("figure");
    page.empty_element("img", {{"src", png_address(picture.png)}, {"alt", picture.caption + " of clip " + clip.id}});
    page.element("figcaption", picture.caption);
  }
}

void show_clip(Markup& page, const RunSummary& run, const ClipScore& score, const HtmlReportOptions& options) {
  const PlannedClip& clip = run.plan.clips[score.clip];
  const auto card = page.inside("article", {{"class", "clip"}});
  page.element("h4", clip.id);
  if (options.pictures) show_pictures(page, clip, options.pictures(clip.id, {clip.dataset, clip.subject}));
  int seeds = 0;
  for (const int times : score.times_said) seeds += times;
  Table table(page, "Clip " + clip.id + " of " + clip.dataset + "/" + clip.subject,
              {{"class", false}, {"probability"}, {seeds > 1 ? "said by seeds" : "said"}});
  for (std::size_t c = 0; c < score.scores.size(); ++c) {
    const bool is_true = static_cast<int>(c) == clip.label;
    table.row({run.plan.classes[c] + (is_true ? " (true)" : ""), figure(score.scores[c]),
               seeds > 1 ? fmt::format("{} of {}", score.times_said[c], seeds) : (score.times_said[c] ? "yes" : "")},
              is_true ? "main" : "");
  }
}

}  // namespace

void worst_clips(Markup& page, const RunSummary& run, const HtmlReportOptions& options) {
  const std::size_t shown = std::min(run.clips.size(), static_cast<std::size_t>(std::max(0, options.worst_clips)));
  if (shown == 0) return;
  const auto section = page.inside("section");
  page.element("h3", "Clips classified worst");
  page.element("p",
               fmt::format("The {} of {} clips whose true class got the lowest probability{}.", shown, run.clips.size(),
                           run.plan.seeds.size() > 1 ? ", mean over the seeds" : ""),
               {{"class", "note"}});
  const auto grid = page.inside("div", {{"class", "clips"}});
  for (std::size_t i = 0; i < shown; ++i) show_clip(page, run, run.clips[i], options);
}

}  // namespace merkit::html
