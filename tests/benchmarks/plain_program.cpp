// plain_program MANIFEST PREDICTOR MODEL OUT.json: the reference for the end-to-end benchmark. What a good engineer
// would write in an afternoon with the same libraries: the landmark model loaded once, one thread per core over the
// clips; in each clip HOG at full size and 68 landmarks on both frames, a similarity to 280x280, OpenCV's TV-L1, a
// 28x28 motion image and one forward pass of STSTNet. The face lies in the middle of the 280x280 pixels as large as in
// merkit's crops, so that both ask the same question of the network.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <dlib/image_processing/frontal_face_detector.h>
#include <dlib/image_processing/shape_predictor.h>
#include <dlib/opencv/cv_image.h>
#include <nlohmann/json.hpp>
#include <opencv2/calib3d.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/optflow.hpp>

#include <torch/torch.h>

namespace {

using nlohmann::json;

struct Clip {
  std::string id, onset, apex;
};

std::vector<Clip> read_manifest(const std::string& file) {
  const std::string folder = file.substr(0, file.find_last_of('/') + 1);
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  std::vector<Clip> clips;
  while (std::getline(stream, line)) {
    std::vector<std::string> cells;
    std::stringstream row(line);
    for (std::string cell; std::getline(row, cell, ',');) cells.push_back(cell);
    const auto frame = [&](const std::string& number) {
      char name[32];
      std::snprintf(name, sizeof name, "/img%05d.jpg", std::stoi(number));
      return folder + cells[3] + name;
    };
    clips.push_back({cells[0], frame(cells[5]), frame(cells[6])});
  }
  return clips;
}

struct Ststnet {
  std::vector<torch::nn::Conv2d> convolutions;
  std::vector<torch::nn::BatchNorm2d> norms;
  torch::nn::Linear classifier{400, 3};

  explicit Ststnet(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    std::uint64_t header_size = 0;
    stream.read(reinterpret_cast<char*>(&header_size), 8);
    std::string header(header_size, ' ');
    stream.read(header.data(), static_cast<std::streamsize>(header_size));
    const json tensors = json::parse(header);
    const std::string payload{std::istreambuf_iterator<char>(stream), {}};
    const auto load = [&](const std::string& name, torch::Tensor to) {
      const std::size_t begin = tensors.at(name).at("data_offsets").at(0);
      std::copy_n(payload.data() + begin, to.numel() * 4, static_cast<char*>(to.data_ptr()));
    };
    const torch::NoGradGuard no_gradients;
    for (const int filters : {3, 5, 8}) {
      const std::string stem = "streams." + std::to_string(convolutions.size()) + ".";
      convolutions.emplace_back(torch::nn::Conv2dOptions(3, filters, 3).padding(2));
      norms.emplace_back(filters);
      norms.back()->eval();
      load(stem + "conv.weight", convolutions.back()->weight);
      load(stem + "conv.bias", convolutions.back()->bias);
      load(stem + "norm.weight", norms.back()->weight);
      load(stem + "norm.bias", norms.back()->bias);
      load(stem + "norm.running_mean", norms.back()->running_mean);
      load(stem + "norm.running_var", norms.back()->running_var);
    }
    load("classifier.weight", classifier->weight);
    load("classifier.bias", classifier->bias);
  }

  torch::Tensor scores(const cv::Mat& strain_v_u) {
    const torch::NoGradGuard no_gradients;
    const auto image =
        torch::from_blob(strain_v_u.data, {1, 28, 28, 3}, torch::kByte).permute({0, 3, 1, 2}).to(torch::kFloat);
    std::vector<torch::Tensor> features;
    for (std::size_t i = 0; i < convolutions.size(); ++i)
      features.push_back(torch::max_pool2d(norms[i]->forward(torch::relu(convolutions[i]->forward(image))), 3, 3, 1));
    return torch::softmax(classifier->forward(torch::avg_pool2d(torch::cat(features, 1), 2).flatten(1)), 1);
  }
};

constexpr int kSize = 280;
constexpr double kFaceWidth = kSize * 14 / 17.0;  ///< merkit's crop in these pixels

cv::Mat grey(const std::string& file) {
  cv::Mat result;
  cv::cvtColor(cv::imread(file), result, cv::COLOR_BGR2GRAY);
  return result;
}

constexpr int kPoints[] = {39, 42, 27, 28, 29, 30};  ///< inner eye corners and nose bridge

/// These points of the largest face; none where there is no face.
std::vector<cv::Point2f> stable_points(const cv::Mat& picture, dlib::frontal_face_detector& detector,
                                       const dlib::shape_predictor& predictor) {
  const dlib::cv_image<unsigned char> image(picture);
  const auto faces = detector(image);
  if (faces.empty()) return {};
  const auto largest =
      std::max_element(faces.begin(), faces.end(), [](auto& a, auto& b) { return a.area() < b.area(); });
  const auto shape = predictor(image, *largest);
  std::vector<cv::Point2f> points;
  for (const int p : kPoints) points.emplace_back(shape.part(p).x(), shape.part(p).y());
  return points;
}

/// Both frames at 280x280, by one similarity from the mean of their points: with one each, most of the motion would be
/// the jitter of the landmarks.
std::vector<cv::Mat> aligned(const Clip& clip, dlib::frontal_face_detector& detector,
                             const dlib::shape_predictor& predictor) {
  const cv::Mat frames[] = {grey(clip.onset), grey(clip.apex)};
  std::vector<cv::Point2f> from = stable_points(frames[0], detector, predictor), to;
  const std::vector<cv::Point2f> later = stable_points(frames[1], detector, predictor);
  if (from.empty() || later.empty()) return {};
  const double canonical[][2] = {{0.3626, 0.4429}, {0.6374, 0.4429}, {0.5, 0.4066},
                                 {0.5, 0.4919},    {0.5, 0.5746},    {0.5, 0.6649}};
  for (std::size_t i = 0; i < from.size(); ++i) {
    from[i] = 0.5 * (from[i] + later[i]);
    to.emplace_back(static_cast<float>((kSize - kFaceWidth) / 2 + canonical[i][0] * kFaceWidth),
                    static_cast<float>(canonical[i][1] * kFaceWidth));
  }
  const cv::Mat similarity = cv::estimateAffinePartial2D(from, to);
  std::vector<cv::Mat> crops(2);
  for (int i = 0; i < 2; ++i)
    cv::warpAffine(frames[i], crops[i], similarity, {kSize, kSize}, cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  return crops;
}

cv::Mat stretched(const cv::Mat& map) {
  cv::Mat result;
  cv::normalize(map, result, 0, 255, cv::NORM_MINMAX, CV_8U);
  return result;
}

cv::Mat motion_image(const cv::Mat& onset, const cv::Mat& apex) {
  cv::Mat flow, maps[2];
  cv::optflow::DualTVL1OpticalFlow::create()->calc(onset, apex, flow);
  const int margin = cvRound((kSize - kFaceWidth) / 2);
  cv::split(flow(cv::Rect(margin, 0, kSize - 2 * margin, kSize)), maps);
  cv::Mat ux, uy, vx, vy;
  cv::Sobel(maps[0], ux, CV_32F, 1, 0, 1, 0.5);
  cv::Sobel(maps[0], uy, CV_32F, 0, 1, 1, 0.5);
  cv::Sobel(maps[1], vx, CV_32F, 1, 0, 1, 0.5);
  cv::Sobel(maps[1], vy, CV_32F, 0, 1, 1, 0.5);
  cv::Mat strain;
  cv::sqrt(ux.mul(ux) + vy.mul(vy) + 0.5 * (uy + vx).mul(uy + vx), strain);
  std::vector<cv::Mat> channels;
  for (const cv::Mat& map : {strain, maps[1], maps[0]}) {
    cv::Mat small;
    cv::resize(map, small, {28, 28}, 0, 0, cv::INTER_AREA);
    channels.push_back(stretched(small));
  }
  cv::Mat image;
  cv::merge(channels, image);
  return image;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  cv::setNumThreads(1);
  torch::set_num_threads(1);
  const std::vector<Clip> clips = read_manifest(argv[1]);
  dlib::shape_predictor predictor;
  dlib::deserialize(argv[2]) >> predictor;
  Ststnet network(argv[3]);
  std::vector<json> results(clips.size());
  std::atomic<std::size_t> next{0};
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < std::max(1u, std::thread::hardware_concurrency()); ++i)
    threads.emplace_back([&] {
      dlib::frontal_face_detector detector = dlib::get_frontal_face_detector();
      for (std::size_t at = next++; at < clips.size(); at = next++) {
        const std::vector<cv::Mat> faces = aligned(clips[at], detector, predictor);
        results[at]["clip_id"] = clips[at].id;
        if (faces.empty()) continue;
        const torch::Tensor scores = network.scores(motion_image(faces[0], faces[1]));
        const char* names[] = {"negative", "positive", "surprise"};
        results[at]["label_pred"] = names[scores.argmax(1).item<int>()];
        for (int c = 0; c < 3; ++c) results[at]["scores"][names[c]] = scores[0][c].item<float>();
      }
    });
  for (auto& thread : threads) thread.join();
  std::ofstream(argv[4]) << json(results).dump(1) << '\n';
}
