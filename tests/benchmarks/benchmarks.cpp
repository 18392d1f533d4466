// The kernels beside what they replace, in one process: names are STAGE/CASE/merkit and STAGE/CASE/reference, and
// tests/benchmarks/run.py divides the medians. Run it with --benchmark_enable_random_interleaving=true.
#include "merkit/core/files.h"
#include "merkit/core/instruction_set.h"
#include "merkit/face/face_model.h"
#include "merkit/motion/optical_flow.h"
#include "motion/tvl1/kernels.h"
#include "support/smooth_texture.h"
#include "support/test_data.h"

#include <array>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <dlib/image_processing/frontal_face_detector.h>
#include <dlib/image_processing/shape_predictor.h>
#include <dlib/opencv/cv_image.h>
#include <hwy/highway.h>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/optflow.hpp>

namespace merkit {
namespace {

namespace fs = std::filesystem;

struct Pair {
  cv::Mat1b from, to;
};

/// Faces at onset and apex, `side` pixels wide and high: rendered ones of the test data, or waves where there is none.
const std::vector<Pair>& pairs(int side) {
  static std::map<int, std::vector<Pair>> made;
  auto& result = made[side];
  if (!result.empty()) return result;
  const fs::path folder = testing::data_directory() / "synthetic-me/exact";
  for (int i = 1; i <= 12; i += 3) {
    if (!fs::exists(folder)) {
      const testing::SmoothTexture texture(static_cast<std::uint32_t>(i));
      result.push_back({texture.picture({side, side}), texture.picture({side, side}, {0.1 * i, -0.05 * i})});
      continue;
    }
    std::array<char, 8> stem{};
    std::snprintf(stem.data(), stem.size(), "e%02d", i);
    const auto read = [&](const char* moment) {
      const cv::Mat1b whole = cv::imread((folder / stem.data()).string() + moment, cv::IMREAD_GRAYSCALE);
      const int face = cvRound(0.7 * whole.rows);
      cv::Mat1b scaled;
      cv::resize(whole(cv::Rect((whole.cols - face) / 2, cvRound(0.15 * whole.rows), face, face)), scaled, {side, side},
                 0, 0, cv::INTER_AREA);
      return scaled;
    };
    result.push_back({read("_onset.png"), read("_apex.png")});
  }
  return result;
}

/// One iteration is one of the pairs in turn; time is therefore a pair's.
template <class Flow>
void over_pairs(benchmark::State& state, Flow&& flow) {
  const auto& all = pairs(static_cast<int>(state.range(0)));
  for (const auto _ : state)
    for (const Pair& pair : all) flow(pair);
  state.counters["ms_per_pair"] = benchmark::Counter(1e-3 * static_cast<double>(state.iterations() * all.size()),
                                                     benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void tvl1_merkit(benchmark::State& state) {
  const auto flow = make_optical_flow({});
  over_pairs(state, [&](const Pair& pair) { benchmark::DoNotOptimize((*flow)(pair.from, pair.to)); });
}

void tvl1_reference(benchmark::State& state) {
  const auto flow = cv::optflow::DualTVL1OpticalFlow::create();
  cv::Mat motion;
  over_pairs(state, [&](const Pair& pair) { flow->calc(pair.from, pair.to, motion); });
}

cv::Mat1b portrait() {
  static const cv::Mat1b picture = [] {
    cv::Mat1b whole = cv::imread((testing::data_directory() / "faces/pd_01.jpg").string(), cv::IMREAD_GRAYSCALE),
              scaled;
    if (!whole.empty()) cv::resize(whole, scaled, {640, 640}, 0, 0, cv::INTER_AREA);
    return scaled;
  }();
  return picture;
}

void load_merkit(benchmark::State& state) {
  const fs::path file = FaceModel::find_predictor();
  FaceModel first(file);  // makes the compact file if there is none
  for (const auto _ : state) benchmark::DoNotOptimize(FaceModel(file));
}

void load_reference(benchmark::State& state) {
  const std::string file = FaceModel::find_predictor().string();
  for (const auto _ : state) {
    dlib::shape_predictor predictor;
    dlib::deserialize(file) >> predictor;
    benchmark::DoNotOptimize(predictor.num_parts());
  }
}

/// A face box that differs from call to call, as in a video, so that not always the same leaves are in the caches.
cv::Rect2d box(std::int64_t i) {
  return {190.0 + static_cast<double>(i % 7), 150.0 + static_cast<double>(i % 11), 260, 260};
}

void landmarks_merkit(benchmark::State& state) {
  const FaceModel model(FaceModel::find_predictor());
  const cv::Mat1b picture = portrait();
  std::int64_t i = 0;
  for (const auto _ : state) benchmark::DoNotOptimize(model.landmarks(picture, box(i++)));
}

void landmarks_reference(benchmark::State& state) {
  dlib::shape_predictor predictor;
  dlib::deserialize(FaceModel::find_predictor().string()) >> predictor;
  const dlib::cv_image<unsigned char> picture(portrait());
  std::int64_t i = 0;
  for (const auto _ : state) {
    const cv::Rect2d b = box(i++);
    benchmark::DoNotOptimize(
        predictor(picture, {long(b.x), long(b.y), long(b.x + b.width) - 1, long(b.y + b.height) - 1}));
  }
}

/// Nanoseconds a pixel of the inner iteration on a level of `side` x `side` pixels.
void tvl1_iteration(benchmark::State& state) {
  const int side = static_cast<int>(state.range(0));
  tvl1::Grid grid;
  grid.resize(side, side);
  cv::RNG random(1);
  for (int y = 0; y < side; ++y)
    for (int plane = 0; plane < tvl1::kPlanes; ++plane)
      for (int x = 0; x < side; ++x)
        grid.row(static_cast<tvl1::Plane>(plane), y)[x] = static_cast<float>(random.uniform(-1.0, 1.0));
  instruction_set();
  for (const auto _ : state) benchmark::DoNotOptimize(tvl1::iterate(grid, {0.045f, 0.3f, 0.25f / 0.3f}));
  state.counters["ns_per_pixel"] = benchmark::Counter(1e-9 * static_cast<double>(state.iterations()) * side * side,
                                                      benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

}  // namespace

void register_limits();
void register_benchmarks();

void register_benchmarks() {
  for (const int side : {128, 170, 227, 280}) {
    const std::string name = "tvl1/" + std::to_string(side);
    benchmark::RegisterBenchmark((name + "/merkit").c_str(), tvl1_merkit)->Arg(side)->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark((name + "/reference").c_str(), tvl1_reference)
        ->Arg(side)
        ->Unit(benchmark::kMillisecond);
  }
  if (!portrait().empty()) {
    benchmark::RegisterBenchmark("landmark model load/-/merkit", load_merkit)->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark("landmark model load/-/reference", load_reference)->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark("68 landmarks/-/merkit", landmarks_merkit)->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark("68 landmarks/-/reference", landmarks_reference)->Unit(benchmark::kMillisecond);
  }
  for (const int side : {70, 109, 170, 280})
    benchmark::RegisterBenchmark(("limit/iteration/" + std::to_string(side)).c_str(), tvl1_iteration)->Arg(side);
}

}  // namespace merkit

int main(int argc, char** argv) {
  cv::setNumThreads(1);
  merkit::register_benchmarks();
  merkit::register_limits();
  benchmark::AddCustomContext("instruction_set", merkit::instruction_set());
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
