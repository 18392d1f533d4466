// Endpoint error of the motion that a method has learned, beside rest and optical flow, on faces whose motion is known;
// each person is measured by a network that has learned from others.
//
//     motion_error SYNTHETIC_ME METHOD GROUPS [KEY=VALUE...]
//
// SYNTHETIC_ME holds the folders exact, recognition and recognition-hard; METHOD learns from the clips of the latter
// two without those of each of GROUPS groups of people; KEY=VALUE are settings of METHOD. Errors are in pixels of the
// aligned face: inside the face where all motion is known (exact), else at the 51 inner landmarks, without the
// landmarks' mean motion, which is the head's.
#include "learning/training_set.h"
#include "merkit/core/error.h"
#include "merkit/core/files.h"
#include "merkit/core/settings.h"
#include "merkit/data/csv.h"
#include "merkit/data/manifest.h"
#include "merkit/methods/catalog.h"
#include "merkit/pipeline/prepare_samples.h"
#include "methods/method_list.h"
#include "methods/network_inputs.h"
#include "motion/sample_motion.h"
#include "support/read_npy.h"
#include "support/temporary_folder.h"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <map>
#include <numeric>

#include <opencv2/imgproc.hpp>

namespace {

namespace fs = std::filesystem;
using merkit::AlignedFace;
using merkit::MotionField;
using merkit::Sample;

/// Where a point of the crop at the onset is at the apex, in pixels of the crop.
struct KnownMotion {
  cv::Point2f at, motion;
};

/// A sample with motion that is known at some points.
struct Case {
  std::string set, person;
  Sample sample;
  std::vector<KnownMotion> known;
};

cv::Point2f mapped(const cv::Matx23d& map, const cv::Point2f& p) {
  return {static_cast<float>(map(0, 0) * p.x + map(0, 1) * p.y + map(0, 2)),
          static_cast<float>(map(1, 0) * p.x + map(1, 1) * p.y + map(1, 2))};
}

const AlignedFace& onset_of(const Sample& sample) { return *sample.face_at(sample.interval.onset); }
const AlignedFace& apex_of(const Sample& sample) { return *sample.face_at(sample.interval.apex_or_middle()); }

Case exact_case(const fs::path& folder, const std::string& name, const std::string& noise,
                const merkit::SharedFaceModel& faces) {
  const merkit::testing::TemporaryFolder frames;
  for (const auto& [number, role] : {std::pair("0", "onset"), std::pair("1", "apex")})
    fs::copy_file(folder / (name + "_" + role + noise + ".png"), frames / (std::string(number) + ".png"));
  merkit::ManifestClip clip;
  clip.clip_id = name + noise;
  clip.frames = frames.path();
  clip.fps = 100;
  clip.onset = 0;
  clip.apex = clip.offset = 1;
  Case result{"exact" + noise, "s" + name.substr(1), merkit::prepare_sample(clip, {}, faces), {}};
  const AlignedFace &onset = onset_of(result.sample), &apex = apex_of(result.sample);
  const cv::Mat2f flow = merkit::testing::read_npy_field(folder / (name + "_flow.npy"));
  const cv::Matx23d source_from_crop = merkit::inverted(onset.crop_from_source);
  std::vector<cv::Point2f> hull;
  cv::convexHull(std::vector<cv::Point2f>(onset.landmarks.begin(), onset.landmarks.end()), hull);
  for (int y = 2; y < onset.image.rows - 2; y += 2)
    for (int x = 2; x < onset.image.cols - 2; x += 2) {
      const cv::Point2f at(static_cast<float>(x), static_cast<float>(y)), source = mapped(source_from_crop, at);
      const cv::Point nearest(cvRound(source.x), cvRound(source.y));
      if (cv::pointPolygonTest(hull, at, false) < 0 || !cv::Rect(0, 0, flow.cols, flow.rows).contains(nearest))
        continue;
      const cv::Vec2f moved = flow(nearest);
      if (std::isnan(moved[0])) continue;
      result.known.push_back({at, mapped(apex.crop_from_source, source + cv::Point2f(moved[0], moved[1])) - at});
    }
  return result;
}

/// Clips of a folder with a manifest, their motion known at the landmarks.
std::vector<Case> clip_cases(const fs::path& folder, const merkit::SharedFaceModel& faces,
                             const std::vector<std::string>& classes) {
  const merkit::CsvTable table(merkit::read_file(folder / "landmarks.csv"), "landmarks.csv");
  std::map<std::pair<std::string, int>, std::size_t> row_of;
  for (std::size_t i = 0; i < table.size(); ++i)
    row_of[{table.value(i, "clip_id"), std::stoi(table.value(i, "frame"))}] = i;
  merkit::SampleOptions options;
  options.frames = merkit::FrameNeed::onset_to_offset;
  std::vector<Case> cases;
  for (const auto& clip : merkit::Manifest::read(folder / "manifest.csv").clips) {
    Case one{folder.filename().string(), clip.subject, merkit::prepare_sample(clip, options, faces), {}};
    one.sample.label = static_cast<int>(std::find(classes.begin(), classes.end(), clip.emotion) - classes.begin());
    const AlignedFace &onset = onset_of(one.sample), &apex = apex_of(one.sample);
    const auto first = row_of.find({clip.clip_id, onset.number}), last = row_of.find({clip.clip_id, apex.number});
    if (first == row_of.end() || last == row_of.end()) continue;
    for (int point = 17; point < 68; ++point) {
      const auto in_crop = [&](std::size_t row, const AlignedFace& face) {
        const std::string number = std::to_string(point);
        return mapped(face.crop_from_source,
                      {std::stof(table.value(row, "x" + number)), std::stof(table.value(row, "y" + number))});
      };
      const cv::Point2f at = in_crop(first->second, onset);
      one.known.push_back({at, in_crop(last->second, apex) - at});
    }
    cases.push_back(std::move(one));
  }
  return cases;
}

double endpoint_error(const Case& one, const MotionField& found) {
  std::vector<cv::Point2f> off;
  cv::Point2f mean_off;
  for (const auto& [at, motion] : one.known) {
    const cv::Mat u = found.u, v = found.v;
    const int x = std::clamp(cvRound(at.x), 0, u.cols - 1), y = std::clamp(cvRound(at.y), 0, u.rows - 1);
    off.push_back(cv::Point2f(u.at<float>(y, x), v.at<float>(y, x)) - motion);
    mean_off += off.back() / static_cast<float>(one.known.size());
  }
  double sum = 0;
  for (const auto& value : off) sum += cv::norm(value - (one.set.rfind("exact", 0) == 0 ? cv::Point2f() : mean_off));
  return sum / static_cast<double>(off.size());
}

MotionField learned_motion(merkit::neural::Network& network, const Sample& sample) {
  const torch::NoGradGuard no_grad;
  torch::Tensor motion;
  network.set_probe([&](const std::string& name, const torch::Tensor& value) {
    if (name == "motion") motion = value.squeeze(0).contiguous();
  });
  network.forward(merkit::neural::fixed_inputs(network, {sample}));
  network.set_probe({});
  const cv::Size crop = onset_of(sample).image.size();
  const auto map = [&](int channel, double scale) {
    torch::Tensor plane = motion[channel].contiguous();
    const cv::Mat1f small(static_cast<int>(plane.size(0)), static_cast<int>(plane.size(1)), plane.data_ptr<float>());
    cv::Mat1f large;
    cv::resize(small, large, crop, 0, 0, cv::INTER_LINEAR);
    return cv::Mat1f(large * scale);
  };
  return {map(0, static_cast<double>(crop.width) / static_cast<double>(motion.size(2))),
          map(1, static_cast<double>(crop.height) / static_cast<double>(motion.size(1)))};
}

merkit::Method method_of(const std::string& name) {
  for (const merkit::Method& method : {
#define MERKIT_METHOD(name) merkit::catalog::name(),
#include "neural_methods.inc"
#undef MERKIT_METHOD
       })
    if (method.name == name) return method;
  throw merkit::ConfigError("\"" + name + "\" is no method of LibTorch");
}

/// Tells of the stage without labels.
struct Progress final : merkit::FitObserver {
  void on_epoch(int, int, double, double) override {}
  void on_pretraining_epoch(int epoch, int epochs, double loss) override {
    if (epoch % std::max(1, epochs / 5) == 0) std::fprintf(stderr, "epoch %d of %d: %.5f\n", epoch, epochs, loss);
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const fs::path data = argv[1];
  const std::string name = argv[2];
  const int groups = std::atoi(argv[3]);
  const std::vector<std::string> classes = {"anger",   "contempt",   "disgust", "happiness",
                                            "sadness", "repression", "surprise"};
  const merkit::SharedFaceModel faces;
  std::vector<Case> cases;
  for (int i = 1; i <= 12; ++i)
    for (const char* noise : {"", "_noisy"}) {
      char id[8];
      std::snprintf(id, sizeof id, "e%02d", i);
      cases.push_back(exact_case(data / "exact", id, noise, faces));
    }
  for (const char* folder : {"recognition", "recognition-hard"})
    for (auto& one : clip_cases(data / folder, faces, classes)) cases.push_back(std::move(one));

  merkit::FlowConfig tvl1, dis;
  tvl1.method = "tvl1";
  dis.method = "dis";
  std::vector<std::map<std::string, double>> errors(cases.size());
  merkit::for_each_number(cases.size(), 2, [&](std::size_t i) {
    const cv::Size size = onset_of(cases[i].sample).image.size();
    errors[i]["rest"] = endpoint_error(cases[i], {cv::Mat1f::zeros(size), cv::Mat1f::zeros(size)});
    errors[i]["tvl1"] = endpoint_error(cases[i], merkit::sample_flow(cases[i].sample, tvl1));
    errors[i]["dis"] = endpoint_error(cases[i], merkit::sample_flow(cases[i].sample, dis));
  });

  const auto number_of = [](const Case& one) { return std::atoi(one.person.c_str() + 1); };
  const auto begin = std::chrono::steady_clock::now();
  merkit::for_each_number(static_cast<std::size_t>(groups), 2, [&](std::size_t group) {
    const auto in_group = [&](const Case& one) { return number_of(one) % groups == static_cast<int>(group); };
    merkit::Settings config;
    config.set("training.epochs", "1", "motion_error");
    for (int i = 4; i < argc; ++i) {
      const std::string setting = argv[i];
      config.set(setting.substr(0, setting.find('=')), setting.substr(setting.find('=') + 1), "motion_error");
    }
    merkit::SampleSet training;
    for (const Case& one : cases)
      if (one.sample.label && !in_group(one)) training.push_back(one.sample);
    const auto recognizer = method_of(name).make_recognizer(config, merkit::LabelSet(classes));
    Progress observer;
    recognizer->fit(training, {}, observer);
    auto& network = merkit::neural::network_of(*recognizer);
    for (std::size_t i = 0; i < cases.size(); ++i)
      if (in_group(cases[i])) errors[i][name] = endpoint_error(cases[i], learned_motion(network, cases[i].sample));
  });
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();

  std::printf("| motion | exact | exact, noisy | recognition | recognition-hard |\n|---|---|---|---|---|\n");
  for (const std::string& motion : {std::string("rest"), std::string("tvl1"), std::string("dis"), name}) {
    std::printf("| %s |", motion.c_str());
    for (const char* set : {"exact", "exact_noisy", "recognition", "recognition-hard"}) {
      double sum = 0;
      int count = 0;
      for (std::size_t i = 0; i < cases.size(); ++i)
        if (cases[i].set == set) sum += errors[i][motion], ++count;
      std::printf(" %.3f |", sum / count);
    }
    std::printf("\n");
  }
  std::printf("%d networks learned in %.0f s on two cores\n", groups, seconds);
  return 0;
}
