#include "merkit/face/face_model.h"

#include "face/shared_face_model.h"
#include "merkit/core/error.h"
#include "merkit/data/csv.h"
#include "support/drawn_face.h"
#include "support/temporary_folder.h"
#include "support/test_data.h"

#include <fstream>
#include <iostream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

namespace merkit {
namespace {

namespace fs = std::filesystem;
using testing::data_directory;
using testing::drawn_face;
using ::testing::HasSubstr;
using testing::shared_face_model;
using testing::TemporaryFolder;

TEST(FaceModel, FindsTheDrawnFaceAtEveryScaleAndItsEyes) {
  const cv::Mat picture = drawn_face(400);
  for (const double scale : {0.5, 1.0}) {
    DetectionConfig config;
    config.scale = scale;
    config.full_scale = config.upsample = false;
    const auto faces = shared_face_model()->detect(picture, config);
    ASSERT_EQ(faces.size(), 1u) << scale;
    const auto& points = faces[0].landmarks;
    for (int eye = 0; eye < 2; ++eye) {
      cv::Point2f centre(0, 0);
      for (int i = 36 + 6 * eye; i < 42 + 6 * eye; ++i) centre += points[i] * (1.f / 6);
      EXPECT_NEAR(centre.x, testing::kDrawnEyeX[eye] * 400, 8);
      EXPECT_NEAR(centre.y, testing::kDrawnEyeY * 400, 8);
    }
  }
}

TEST(FaceModel, SearchesAtGreaterScalesOnlyWhereNothingWasFound) {
  cv::Mat small;
  cv::resize(drawn_face(400), small, {80, 80}, 0, 0, cv::INTER_AREA);  // a face of some 45 px
  DetectionConfig config;
  config.upsample = false;
  EXPECT_TRUE(shared_face_model()->detect(small, config).empty());
  config.upsample = true;
  EXPECT_EQ(shared_face_model()->detect(small, config).size(), 1u);
}

TEST(FaceModel, LargestFaceComesFirst) {
  cv::Mat small, both(400, 700, CV_8UC3, cv::Scalar(120, 110, 100));
  cv::resize(drawn_face(400), small, {280, 280}, 0, 0, cv::INTER_AREA);
  small.copyTo(both(cv::Rect(10, 60, 280, 280)));
  drawn_face(400).copyTo(both(cv::Rect(300, 0, 400, 400)));
  const auto faces = shared_face_model()->detect(both);
  ASSERT_EQ(faces.size(), 2u);
  EXPECT_GT(faces[0].box.x, faces[1].box.x);
  EXPECT_GT(faces[0].box.area(), faces[1].box.area());
}

TEST(FaceModel, FilesThatAreNoPredictorAreRefusedWithTheMend) {
  const TemporaryFolder folder;
  std::ofstream(folder / "text.dat") << "no shape predictor";
  std::ofstream(folder / "empty.dat").flush();
  for (const fs::path& file : {folder / "text.dat", folder / "empty.dat", folder / "missing.dat"}) {
    try {
      FaceModel model(file);
      FAIL() << file;
    } catch (const ModelError& error) {
      EXPECT_THAT(error.what(), HasSubstr(file.string()));
      EXPECT_THAT(error.hint(), HasSubstr("libdlib-data"));
    }
  }
}

TEST(FaceModel, ThePredictorIsTakenFromTheEnvironmentFirst) {
  const TemporaryFolder folder;
  std::ofstream(folder / "mine.dat") << "x";
  setenv("MERKIT_LANDMARKS", (folder / "mine.dat").c_str(), 1);
  EXPECT_EQ(FaceModel::find_predictor(), folder / "mine.dat");
  unsetenv("MERKIT_LANDMARKS");
}

TEST(FaceModel, PortraitsHaveOneFace) {
  MERKIT_NEEDS_DATA("faces/pd_01.jpg");
  int pictures = 0;
  for (const auto& entry : fs::directory_iterator(data_directory() / "faces")) {
    EXPECT_EQ(shared_face_model()->detect(cv::imread(entry.path().string())).size(), 1u) << entry.path();
    ++pictures;
  }
  EXPECT_EQ(pictures, 21);
}

TEST(FaceModel, LandmarksAreNearTheExactOnesOfRenderedFaces) {
  MERKIT_NEEDS_DATA("synthetic-me/exact/manifest.csv");
  double sum = 0;
  int points = 0;
  for (int pair = 1; pair <= 12; ++pair) {
    const std::string name = (pair < 10 ? "e0" : "e1") + std::to_string(pair % 10);
    const fs::path folder = data_directory() / "synthetic-me/exact";
    std::ifstream stream(folder / (name + "_landmarks.csv"));
    const CsvTable table({std::istreambuf_iterator<char>(stream), {}}, name);
    Landmarks exact;
    for (int i = 0; i < 68; ++i)
      exact[i] = {std::stof(table.value(i, "onset_x")), std::stof(table.value(i, "onset_y"))};
    const auto faces = shared_face_model()->detect(cv::imread((folder / (name + "_onset.png")).string()));
    ASSERT_EQ(faces.size(), 1u) << name;
    const double eye_distance = cv::norm(exact[45] - exact[36]);
    for (int i = 17; i < 68; ++i, ++points) sum += cv::norm(faces[0].landmarks[i] - exact[i]) / eye_distance;
  }
  std::cout << "landmark error: " << sum / points << " outer-eye-corner distances over the 51 inner points\n";
  EXPECT_LT(sum / points, 0.032);
}

}  // namespace
}  // namespace merkit
