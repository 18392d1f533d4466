#include "merkit/report/html_report.h"

#include "merkit/core/error.h"
#include "merkit/core/files.h"
#include "merkit/report/recognition_results.h"
#include "report/html/charts.h"
#include "report/html/markup.h"
#include "report/html/tables.h"
#include "support/temporary_folder.h"
#include "support/well_formed.h"

#include <filesystem>
#include <regex>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace merkit {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using testing::what_is_malformed;

const char* const kNastyId = "c<script>alert(1)</script>&\"'\x01\xFF";

int count_of(const std::string& text, const std::string& part) {
  int n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++n;
  return n;
}

/// Three people with three clips each, of two seeds, whose tasks are written by hand.
class HtmlReport : public ::testing::Test {
 protected:
  HtmlReport() {
    plan.method = "made_up";
    plan.config = R"({"training":{"epochs":4}})";
    plan.protocol = "three_emotions";
    plan.classes = {"negative", "positive", "surprise"};
    plan.data = "d";
    plan.software = "0";
    plan.seeds = {1, 2};
    for (int s = 0; s < 3; ++s)
      for (int c = 0; c < 3; ++c)
        plan.clips.push_back({fmt::format("s{}c{}", s, c), s < 2 ? "one" : "two", fmt::format("s{}", s), c});
  }

  /// Right but for the first clip of every person with seed 2; the first of all is the least probable.
  RecognitionTaskResult result(const RecognitionPlan::Task& task, std::size_t epochs) const {
    RecognitionTaskResult result;
    for (std::size_t i = 0; i < plan.clips.size(); ++i) {
      if (plan.group_of(plan.clips[i]) != task.group) continue;
      const int truth = plan.clips[i].label;
      const int said = truth == 0 && task.seed == 2 ? 1 : truth;
      Prediction prediction{said, std::vector<float>(3, 0.1f), {}};
      prediction.scores[said] = 0.8f;
      if (i == 0) prediction.scores = {0.02f, 0.9f, 0.08f};
      if (i == 0) prediction.label = 1;
      result.clips.push_back(i);
      result.predictions.push_back(prediction);
    }
    for (std::size_t e = 0; e < epochs; ++e)
      result.epochs.push_back({2.0 / static_cast<double>(e + 1) + task.fold, 0.5 + 0.1 * static_cast<double>(e)});
    result.seconds = 1.5 + task.fold;
    return result;
  }

  RecognitionDirectory run(const std::string& name = "run", std::size_t epochs = 4) const {
    RecognitionDirectory directory(folder / name, plan);
    for (const auto& task : plan.tasks()) directory.write(task, result(task, epochs));
    write_loso_results(directory);
    return directory;
  }

  RecognitionPlan plan;
  testing::TemporaryFolder folder;
};

TEST_F(HtmlReport, IsWellFormedAndAsksForNothingElse) {
  const std::string page = html_report({run()}, {});
  EXPECT_EQ(what_is_malformed(page), "");
  EXPECT_THAT(page, StartsWith("<!DOCTYPE html>\n<html lang=\"en\">"));
  for (const char* outside : {"http", "//", "url(", "@import", "<script", "<iframe"})
    EXPECT_THAT(page, Not(HasSubstr(outside)));
  EXPECT_THAT(page, HasSubstr("name=\"viewport\""));
  EXPECT_THAT(page, HasSubstr("@media print"));
  EXPECT_THAT(page, HasSubstr("prefers-color-scheme: dark"));
}

TEST_F(HtmlReport, ShowsTheFiguresOfEvaluationJson) {
  const RecognitionDirectory directory = run();
  const std::string page = html_report({directory}, {});
  const json evaluation = json::parse(read_file(directory.path() / "evaluation.json"));
  std::string row = "<td class=\"number\">18</td>\n";
  for (const char* name : {"uf1", "uar", "accuracy"})
    row += fmt::format("<td class=\"number\">{:.4f} \xC2\xB1 {:.4f}</td>\n", evaluation["metrics"][name].get<double>(),
                       evaluation["metrics"]["sd"][name].get<double>());
  EXPECT_THAT(page, HasSubstr(row));
  for (const auto& [seed, metrics] : evaluation["per_seed"].items()) {
    std::string cells = "seed " + seed + "</th>\n<td class=\"number\">9</td>\n";
    for (const char* name : {"uf1", "uar", "accuracy", "weighted_f1", "fold_mean_f1"})
      cells += fmt::format("<td class=\"number\">{:.4f}</td>\n", metrics[name].get<double>());
    EXPECT_THAT(page, HasSubstr(cells));
  }
  for (const char* name : {"majority", "random_by_frequency", "random_even"}) {
    const json& figures = evaluation["baselines"][name];
    EXPECT_THAT(page, HasSubstr(fmt::format(
                          "<td class=\"number\">9</td>\n<td class=\"number\">{:.4f}</td>\n<td class=\"number\">{:.4f}",
                          figures["uf1"].get<double>(), figures["uar"].get<double>())))
        << name;
  }
  const json& ends = evaluation["metrics"]["ci95"]["uf1"];
  EXPECT_THAT(page, HasSubstr(fmt::format("{:.4f}\xE2\x80\x93{:.4f}", ends[0].get<double>(), ends[1].get<double>())));
  // Truth negative over both seeds: two of six right.
  EXPECT_THAT(page, HasSubstr(">2<small>33 %</small>"));
  EXPECT_THAT(page, HasSubstr(">4<small>67 %</small>"));
}

TEST_F(HtmlReport, TextFromFilesCannotBecomeMarkup) {
  plan.clips[0].id = kNastyId;
  plan.clips[1].dataset = plan.clips[0].dataset = plan.clips[2].dataset = "<b>";
  plan.method = "\"><img src=x>";
  HtmlReportOptions options;
  options.title = "</title><script>";
  options.pictures = [](const std::string&, const Person&) {
    return ClipPictures{{{"png", "<i>"}}, false, "<u>&amp;"};
  };
  // The plan itself is JSON, which cannot hold the byte that is not UTF-8.
  plan.clips[0].id.pop_back();
  const std::string page = html_report({run()}, options);
  EXPECT_EQ(what_is_malformed(page), "");
  for (const char* tag : {"<script", "<b>", "<i>", "<u>", "<img src=\"x", "<img src=x"})
    EXPECT_THAT(page, Not(HasSubstr(tag)));
  EXPECT_THAT(page, HasSubstr("c&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;\xEF\xBF\xBD"));
}

TEST_F(HtmlReport, ALeakyRunIsStamped) {
  const RecognitionDirectory directory = run();
  EXPECT_THAT(html_report({directory}, {}), Not(HasSubstr("LEAKY")));
  plan.epoch_selection = "test-oracle";
  const RecognitionDirectory oracle = run("oracle");
  const std::string page = html_report({oracle}, {});
  EXPECT_THAT(page, HasSubstr("<p class=\"stamp\" role=\"note\"><strong>LEAKY</strong>"));
  EXPECT_THAT(page, HasSubstr("epoch selection: test-oracle"));
  // Before all is done there is no evaluation.json to say so.
  std::filesystem::remove(oracle.path() / "evaluation.json");
  std::filesystem::remove(oracle.path() / "tasks/fold001-seed2.json");
  HtmlReportOptions options;
  options.partial = true;
  EXPECT_THAT(html_report({oracle}, options), HasSubstr("LEAKY"));
}

TEST_F(HtmlReport, ARunThatItsEvaluationCallsLeakyIsStamped) {
  const RecognitionDirectory directory = run();
  json evaluation = json::parse(read_file(directory.path() / "evaluation.json"));
  evaluation["protocol"]["leaky"] = true;
  write_file_atomically(directory.path() / "evaluation.json", evaluation.dump());
  EXPECT_THAT(html_report({directory}, {}), HasSubstr("LEAKY"));
}

TEST_F(HtmlReport, AnUnfinishedRunIsShownOnRequestOnly) {
  const RecognitionDirectory directory = run();
  std::filesystem::remove(directory.path() / "tasks/fold001-seed2.json");
  try {
    html_report({directory}, {});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("is unfinished: 1 of 6 tasks are still to be done: fold001-seed2"));
    EXPECT_THAT(error.hint(), HasSubstr("--partial"));
  }
  HtmlReportOptions options;
  options.partial = true;
  const std::string page = html_report({directory}, options);
  EXPECT_EQ(what_is_malformed(page), "");
  EXPECT_THAT(page, HasSubstr("<strong>UNFINISHED</strong>"));
  EXPECT_THAT(page, HasSubstr(" 1 of 6 tasks are still to be done (fold001-seed2); all figures are of the others."));
  std::filesystem::remove_all(directory.path() / "tasks");
  EXPECT_THROW(html_report({directory}, options), InputError);
}

TEST_F(HtmlReport, AnEvaluationOfOtherResultsIsRefused) {
  const RecognitionDirectory directory = run();
  json evaluation = json::parse(read_file(directory.path() / "evaluation.json"));
  evaluation["confusion"][0][0] = 5;
  write_file_atomically(directory.path() / "evaluation.json", evaluation.dump());
  EXPECT_THROW(html_report({directory}, {}), InputError);
  write_file_atomically(directory.path() / "evaluation.json", "{");
  EXPECT_THROW(html_report({directory}, {}), InputError);
  std::filesystem::remove(directory.path() / "evaluation.json");
  EXPECT_THROW(html_report({directory}, {}), InputError);
}

TEST_F(HtmlReport, TheWorstClipsComeFirstWithTheirPictures) {
  HtmlReportOptions options;
  options.worst_clips = 3;
  std::vector<std::string> asked;
  options.pictures = [&](const std::string& clip, const Person&) {
    asked.push_back(clip);
    return clip == "s0c0" ? ClipPictures{{{"abc", "motion"}}, true, ""} : ClipPictures{{}, false, "not there"};
  };
  const std::string page = html_report({run()}, options);
  EXPECT_THAT(asked, ElementsAre("s0c0", "s1c0", "s2c0"));  // 0.02; then 0.8 and 0.1, mean 0.45
  EXPECT_THAT(page, HasSubstr("src=\"data:image/png;base64,YWJj\" alt=\"motion of clip s0c0\""));
  EXPECT_EQ(count_of(page, "No picture: not there"), 2);
  EXPECT_THAT(page, HasSubstr("negative (true)</th>\n<td class=\"number\">0.4500</td>\n<td class=\"number\">1 of 2"));
}

TEST_F(HtmlReport, CurvesAreDrawnWhereThereAreEpochs) {
  const std::string curves = html_report({run("many")}, {});
  EXPECT_EQ(count_of(curves, "<figure class=\"chart\">"), 2);
  // Folds differ by 0, 1, 2 in the loss, so its mean is one above the least: 0.5 + 1 after four epochs.
  EXPECT_THAT(curves, HasSubstr("1.5000 after epoch 4, where the models lie between 0.5000 and 2.5000"));
  const std::string point = html_report({run("one", 1)}, {});
  EXPECT_EQ(count_of(point, "<figure class=\"chart\">"), 0);
  EXPECT_THAT(point, HasSubstr("one point of training and not a curve"));
  EXPECT_THAT(html_report({run("none", 0)}, {}), Not(HasSubstr("Learning")));
}

TEST_F(HtmlReport, SeveralRunsAreComparedAndOthersTold) {
  const RecognitionDirectory first = run("first"), second = run("second");
  const std::string same = html_report({first, second}, {});
  EXPECT_EQ(what_is_malformed(same), "");
  EXPECT_THAT(same, HasSubstr("The runs side by side"));
  EXPECT_THAT(same, HasSubstr("href=\"#run-2\">second</a>"));
  EXPECT_THAT(same, Not(HasSubstr("not of the same task")));
  EXPECT_THAT(same, Not(HasSubstr(": LEAKY")));
  plan.epoch_selection = "test-oracle";
  EXPECT_THAT(html_report({first, run("oracle")}, {}),
              HasSubstr("<tr class=\"stamped\"><th scope=\"row\" class=\"name\">oracle: LEAKY"));
  plan.clips.pop_back();
  EXPECT_THAT(html_report({first, run("third")}, {}), HasSubstr("not of the same task"));
}

TEST(Markup, EscapesWhatIsNotUtf8) {
  EXPECT_EQ(html::escaped("a\xFF\xC0\xAF\xED\xA0\x80z"),
            "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz");
  EXPECT_EQ(html::escaped("\xE5\xBE\xAE\xF0\x9F\x98\x80"), "\xE5\xBE\xAE\xF0\x9F\x98\x80");
}

TEST(Ticks, AreRoundAndFewAndSpanTheAxis) {
  EXPECT_THAT(html::round_ticks(1, 5), ::testing::Pointwise(::testing::DoubleEq(), {0.0, 0.2, 0.4, 0.6, 0.8, 1.0}));
  EXPECT_THAT(html::round_ticks(800, 6), ElementsAre(0, 200, 400, 600, 800));
  for (const double top : {0.003, 0.7, 1.9, 42.0, 1e6}) {
    const auto ticks = html::round_ticks(top, 5);
    EXPECT_GE(ticks.size(), 3u) << top;
    EXPECT_LE(ticks.size(), 6u) << top;
  }
}

TEST(Duration, IsReadable) {
  EXPECT_EQ(html::duration(0.0123), "12 ms");
  EXPECT_EQ(html::duration(0.9996), "1.0 s");
  EXPECT_EQ(html::duration(59.94), "59.9 s");
  EXPECT_EQ(html::duration(125), "2 min 5 s");
  EXPECT_EQ(html::duration(3720), "1 h 2 min");
}

}  // namespace
}  // namespace merkit
