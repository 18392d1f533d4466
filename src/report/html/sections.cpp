#include "report/html/sections.h"

#include "report/html/charts.h"
#include "report/html/tables.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace merkit::html {
namespace {

/// A section with its heading.
Markup::Scope section(Markup& page, const std::string& heading) {
  auto scope = page.inside("section");
  page.element("h3", heading);
  return scope;
}

void term(Markup& page, const std::string& name, const std::string& text) {
  const auto pair = page.inside("div");
  page.element("dt", name);
  page.element("dd", text);
}

std::string counted(const std::vector<std::pair<std::string, int>>& counts) {
  std::vector<std::string> parts;
  for (const auto& [name, n] : counts) parts.push_back(fmt::format("{} ({})", name, n));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string plural(std::size_t n, const std::string& singular, const std::string& several) {
  return fmt::format("{} {}", n, n == 1 ? singular : several);
}

std::string epoch_scored(const std::string& selection) {
  if (selection == "last") return "the last one, whatever it scores (last)";
  if (selection == "inner") return "the best one for some of the training subjects, set apart for that (inner)";
  return "the best one for the held-out subject itself (" + selection + ")";
}

void tile(Markup& page, const std::string& name, double value, const std::string& below) {
  const auto box = page.inside("div", {{"class", "tile"}});
  page.element("span", name, {{"class", "what"}});
  page.element("strong", figure(value));
  page.element("span", below, {{"class", "below"}});
}

}  // namespace

void stamps(Markup& page, const RunSummary& run) {
  if (run.leaky) {
    const auto stamp = page.inside("p", {{"class", "stamp"}, {"role", "note"}});
    page.element("strong", "LEAKY");
    page.text(
        " These figures were not earned on unseen people: the held-out clips had a say in what is scored (epoch "
        "selection: " +
        run.plan.epoch_selection + "). They only serve to reproduce figures obtained that way.");
  }
  if (!run.missing.empty()) {
    const auto stamp = page.inside("p", {{"class", "stamp"}, {"role", "note"}});
    page.element("strong", "UNFINISHED");
    page.text(fmt::format(" {} of {} tasks are still to be done ({}); all figures are of the others.",
                          run.missing.size(), run.missing.size() + run.tasks_done, run.some_missing()));
  }
}

void what_was_scored(Markup& page, const RunSummary& run) {
  const RecognitionPlan& plan = run.plan;
  const auto scope = section(page, "What was scored, and how");
  std::vector<std::pair<std::string, int>> classes, sets;
  for (const auto& name : plan.classes) classes.emplace_back(name, 0);
  for (const PlannedClip& clip : plan.clips) {
    ++classes[clip.label].second;
    auto set = std::find_if(sets.begin(), sets.end(), [&](const auto& entry) { return entry.first == clip.dataset; });
    if (set == sets.end()) set = sets.insert(sets.end(), {clip.dataset, 0});
    ++set->second;
  }
  const auto list = page.inside("dl");
  term(page, "Method", plan.method);
  term(page, "Protocol", plan.protocol);
  term(page, "Clips", fmt::format("{}: {}", plan.clips.size(), counted(sets)));
  term(page, "Classes", counted(classes));
  term(page, "Held out",
       fmt::format("one {} at a time, {} in all; the model for each learned from all the others", plan.held_out,
                   plan.groups().size()));
  term(page, plan.seeds.size() == 1 ? "Seed" : "Seeds", fmt::format("{}", fmt::join(plan.seeds, ", ")));
  term(page, "Epoch scored", epoch_scored(plan.epoch_selection));
  term(page, "Pooling", "the answers of all folds go into one confusion matrix, from which the figures are computed");
}

void figures(Markup& page, const RunSummary& run) {
  const auto scope = section(page, "Figures");
  const auto& scores = run.scores;
  {
    const auto tiles = page.inside("div", {{"class", "tiles"}});
    const auto below = [](const ConfidenceInterval& ends, double majority) {
      return fmt::format("95 %: {:.2f}\xE2\x80\x93{:.2f} \xC2\xB7 majority: {:.2f}", ends.low, ends.high, majority);
    };
    tile(page, "UF1", scores.metrics.uf1, below(scores.intervals.uf1, scores.majority.uf1));
    tile(page, "UAR", scores.metrics.uar, below(scores.intervals.uar, scores.majority.uar));
    tile(page, "accuracy", scores.metrics.accuracy, below(scores.intervals.accuracy, scores.majority.accuracy));
  }
  summary_table(page, run);
  page.element(
      "p",
      "UF1 is the mean of the classes' F1, UAR the mean of their recall. Fold-mean F1 is averaged over people, "
      "where classes are missing, and serves for comparison only. The interval is a percentile bootstrap over "
      "people" +
          fmt::format(" ({} resamples). ", scores.intervals.resamples) + "Figures of guessers are exact expectations.",
      {{"class", "note"}});
  for (const auto& name : scores.metrics.absent)
    page.element("p", "Class " + name + " does not occur in the truth.", {{"class", "note"}});
  if (scores.per_dataset.size() > 1) per_dataset_table(page, run);
  per_class_table(page, run);
}

void confusions(Markup& page, const RunSummary& run) {
  const auto scope = section(page, "Confusion");
  const auto grid = page.inside("div", {{"class", "confusions"}});
  const bool several = run.scores.per_seed.size() > 1;
  confusion_table(page, several ? "All seeds together" : "Clips, and shares of the row", run.scores.metrics.confusion,
                  run.plan.classes);
  if (several)
    for (const auto& [seed, metrics] : run.scores.per_seed)
      confusion_table(page, "Seed " + std::to_string(seed), metrics.confusion, run.plan.classes);
}

void people(Markup& page, const RunSummary& run) {
  const auto scope = section(page, "People");
  auto subjects = run.scores.per_subject;
  std::stable_sort(subjects.begin(), subjects.end(),
                   [](const auto& a, const auto& b) { return a.second.accuracy > b.second.accuracy; });
  const bool timed = run.plan.held_out == "subject";
  const auto frame = page.inside(
      "div", {{"class", "table"}, {"tabindex", "0"}, {"role", "region"}, {"aria-label", "Accuracy of each subject"}});
  const auto table = page.inside("table", {{"class", "people"}});
  page.element("caption", run.scores.per_seed.size() > 1 ? "Accuracy of each subject, mean over the seeds"
                                                         : "Accuracy of each subject");
  {
    const auto head = page.inside("thead");
    const auto line = page.inside("tr");
    page.element("th", "subject", {{"scope", "col"}});
    page.element("th", "clips", {{"scope", "col"}, {"class", "number"}});
    page.element("th", "accuracy", {{"scope", "col"}, {"colspan", "2"}});
    if (timed) page.element("th", "time of the fold", {{"scope", "col"}, {"class", "number"}});
  }
  std::map<std::string, int> clips;
  for (const PlannedClip& clip : run.plan.clips) ++clips[clip.dataset + "/" + clip.subject];
  for (const auto& [name, metrics] : subjects) {
    const auto line = page.inside("tr");
    page.element("th", name, {{"scope", "row"}});
    page.element("td", std::to_string(clips[name]), {{"class", "number"}});
    {
      const auto cell = page.inside("td", {{"class", "wide"}});
      share_bar(page, metrics.accuracy);
    }
    page.element("td", figure(metrics.accuracy), {{"class", "number"}});
    if (timed) page.element("td", fmt::format("{:.2f} s", run.seconds_of_group.at(name)), {{"class", "number"}});
  }
}

void learning(Markup& page, const RunSummary& run) {
  if (run.loss.empty()) return;
  const auto scope = section(page, "Learning");
  const std::string models = plural(run.tasks_done, "model", "models");
  if (run.loss.size() == 1) {
    page.element("p", "This method reports one point of training and not a curve.", {{"class", "note"}});
    Table table(page, "At the end of training, over " + models, {{"", false}, {"mean"}, {"least"}, {"greatest"}});
    for (const auto& [name, point] : {std::pair<const char*, CurvePoint>{"loss", run.loss.front()},
                                      {"accuracy on the training clips", run.accuracy.front()}})
      table.row({name, figure(point.mean), figure(point.low), figure(point.high)});
    return;
  }
  {
    const auto charts = page.inside("div", {{"class", "charts"}});
    const auto told = [&](const std::vector<CurvePoint>& points) {
      return fmt::format(
          "Mean over {}: {:.4f} after the first epoch, {:.4f} after epoch {}, where the models lie "
          "between {:.4f} and {:.4f}.",
          models, points.front().mean, points.back().mean, points.back().epoch, points.back().low, points.back().high);
    };
    curve_chart(page, {"Training loss", told(run.loss), "epoch", "loss", run.loss, std::nullopt});
    curve_chart(page,
                {"Accuracy on the training clips", told(run.accuracy), "epoch", "share of clips", run.accuracy, 1.0});
  }
  std::string note = "Line: mean over " + models + "; band: from the least to the greatest of them.";
  if (run.fewest_epochs < static_cast<int>(run.loss.size()))
    note += fmt::format(" Models ended after {} to {} epochs; each epoch's figures are of those that reached it.",
                        run.fewest_epochs, run.loss.size());
  if (const auto& chosen = run.chosen_epochs; !chosen.empty())
    note += fmt::format(" Scored as after epoch {} to {}, in the median {}.", chosen.front(), chosen.back(),
                        chosen[chosen.size() / 2]);
  page.element("p", note, {{"class", "note"}});
}

void times(Markup& page, const RunSummary& run) {
  const auto scope = section(page, "Time");
  Table table(page, "Training and recognition, a model for each fold",
              {{"seed"}, {"folds"}, {"all"}, {"shortest"}, {"median"}, {"longest"}});
  for (const SeedTimes& of_seed : run.times)
    table.row({std::to_string(of_seed.seed), std::to_string(of_seed.tasks), duration(of_seed.total),
               duration(of_seed.shortest), duration(of_seed.median), duration(of_seed.longest)});
}

void provenance(Markup& page, const RunSummary& run) {
  const auto scope = section(page, "Settings and provenance");
  {
    const auto details = page.inside("details");
    page.element("summary", "Settings of " + run.plan.method);
    page.element("pre", nlohmann::ordered_json::parse(run.plan.config).dump(2));
  }
  const auto details = page.inside("details");
  page.element("summary", "Versions and fingerprints");
  const auto list = page.inside("dl");
  term(page, "Directory", run.name);
  term(page, "Command", run.command.empty() ? "not recorded" : fmt::format("{}", fmt::join(run.command, " ")));
  term(page, "Run made by", "merkit " + run.plan.software);
  term(page, "Fingerprint of the plan", run.fingerprint);
  term(page, "Fingerprint of the data", run.plan.data);
  for (const auto& [name, version] : run.tool)
    if (name != "name" && name != "version" && name != "git") term(page, name, version);
}

}  // namespace merkit::html
