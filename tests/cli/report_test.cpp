// merkit report on runs over drawn motion images.
#include "cli/run_merkit.h"
#include "support/synthetic_samples.h"
#include "support/temporary_folder.h"
#include "support/well_formed.h"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>

namespace merkit::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;
using Words = std::vector<std::string>;

/// Three people with three motion images each, scored by a support vector machine.
class Report : public ::testing::Test {
 protected:
  Report() {
    std::ofstream manifest(folder / "m.csv");
    manifest << "clip_id,dataset,subject,features,emotion\n";
    const char* emotions[] = {"anger", "happiness", "surprise"};
    for (const Sample& sample : synthetic_samples(3, 3)) {
      cv::imwrite((folder / (sample.id + ".png")).string(), *sample.motion_image);
      manifest << sample.id << ",synthetic," << sample.subject << "," << sample.id << ".png," << emotions[*sample.label]
               << "\n";
    }
    manifest.close();
    const RunResult run =
        run_merkit({"loso", "--manifest", folder / "m.csv", "--method", "flow_svm", "-o", folder / "run"});
    EXPECT_EQ(run.exit_code, 0) << run.err;
  }

  std::string page() const {
    std::ostringstream text;
    text << std::ifstream(folder / "page.html").rdbuf();
    return text.str();
  }

  TemporaryFolder folder;
};

TEST_F(Report, ShowsARunWithThePicturesOfItsWorstClips) {
  const RunResult result = run_merkit(
      {"report", folder / "run", "-o", folder / "page.html", "--manifest", folder / "m.csv", "--worst", "2"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(what_is_malformed(page()), "");
  EXPECT_THAT(page(), HasSubstr("<h1>flow_svm on three_emotions</h1>"));
  std::size_t pictures = 0;
  for (auto at = page().find("data:image/png;base64,iVBORw0KGgo"); at != std::string::npos;
       at = page().find("data:image/png;base64,iVBORw0KGgo", at + 1))
    ++pictures;
  EXPECT_EQ(pictures, 8u);  // the motion image and its three maps
  EXPECT_THAT(page(), Not(HasSubstr("No picture")));
}

TEST_F(Report, GoesToStdoutWithoutAFileName) {
  const RunResult result = run_merkit({"report", folder / "run", folder / "run", "--title", "Two & two"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(what_is_malformed(result.out), "");
  EXPECT_THAT(result.out, HasSubstr("<h1>Two &amp; two</h1>"));
  EXPECT_THAT(result.out, HasSubstr("The runs side by side"));
}

TEST_F(Report, SaysWhatIsMissingAndWritesNothing) {
  const RunResult none = run_merkit({"report", folder.path(), "-o", folder / "page.html"});
  EXPECT_EQ(none.exit_code, 3);
  EXPECT_THAT(none.err, HasSubstr("holds no run: there is no plan.json"));
  fs::remove(folder / "run/tasks/fold002-seed1.json");
  const RunResult unfinished = run_merkit({"report", folder / "run", "-o", folder / "page.html"});
  EXPECT_EQ(unfinished.exit_code, 3);
  EXPECT_THAT(unfinished.err, HasSubstr("1 of 3 tasks are still to be done: fold002-seed1"));
  EXPECT_FALSE(fs::exists(folder / "page.html"));
  const RunResult partial = run_merkit({"report", folder / "run", "-o", folder / "page.html", "--partial"});
  EXPECT_EQ(partial.exit_code, 0) << partial.err;
  EXPECT_THAT(page(), HasSubstr("UNFINISHED"));
}

}  // namespace
}  // namespace merkit::testing
