#include "merkit/core/files.h"
#include "merkit/data/csv.h"
#include "merkit/evaluation/metrics.h"
#include "merkit/methods/catalog.h"
#include "support/synthetic_samples.h"
#include "support/test_data.h"

#include <iostream>
#include <set>

#include <gtest/gtest.h>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

namespace merkit {
namespace {

using merkit::testing::data_directory;
using merkit::testing::RecordingObserver;
using merkit::testing::three_emotions;

/// All 309 clips of CASME II and SMIC-HS; files hold R=u, G=v, B=strain, which OpenCV reads as B, G, R.
SampleSet composite_samples() {
  const auto folder = data_directory() / "composite-flow";
  SampleSet samples;
  const auto rows = parse_csv(read_file(folder / "manifest.csv"), "manifest.csv");
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const auto& row = rows[i].values;  // clip_id, dataset, subject, features, emotion
    Sample sample;
    sample.id = row.at(0);
    sample.dataset = row.at(1);
    sample.subject = row.at(2);
    cv::Mat image = cv::imread((folder / row.at(3)).string(), cv::IMREAD_COLOR);
    cv::Mat reversed(image.size(), image.type());
    const int order[] = {0, 2, 1, 1, 2, 0};
    cv::mixChannels(&image, 1, &reversed, 1, order, 3);
    sample.motion_image = reversed;
    sample.label = three_emotions().find(row.at(4));
    samples.push_back(sample);
  }
  return samples;
}

TEST(FlowSvm, ReachesTheFiguresOfScikitLearnLeavingOneSubjectOut) {
  MERKIT_NEEDS_DATA("composite-flow");
  const SampleSet samples = composite_samples();
  ASSERT_EQ(samples.size(), 309u);
  std::set<std::string> subjects;
  for (const Sample& sample : samples) subjects.insert(sample.subject_key());
  ASSERT_EQ(subjects.size(), 40u);
  std::vector<Outcome> outcomes;
  for (const std::string& subject : subjects) {
    SampleSet training;
    for (const Sample& sample : samples)
      if (sample.subject_key() != subject) training.push_back(sample);
    const auto recognizer = find_method("flow_svm").make_recognizer(default_config("flow_svm"), three_emotions());
    RecordingObserver observer;
    recognizer->fit(training, {}, observer);
    for (const Sample& sample : samples)
      if (sample.subject_key() == subject)
        outcomes.push_back({sample.id, sample.dataset, subject, *sample.label, recognizer->recognize(sample).label});
  }
  const RecognitionMetrics metrics = recognition_metrics(outcomes, three_emotions());
  std::cout << "flow_svm, 40 subjects: UF1 " << metrics.uf1 << ", UAR " << metrics.uar << ", accuracy "
            << metrics.accuracy << "\n";
  EXPECT_EQ(metrics.n, 309);
  EXPECT_NEAR(metrics.uf1, 0.761, 0.005);
  EXPECT_NEAR(metrics.uar, 0.758, 0.005);
}

}  // namespace
}  // namespace merkit
