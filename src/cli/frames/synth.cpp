#include "cli/batch.h"
#include "cli/commands.h"
#include "cli/provenance.h"
#include "merkit/face/face_model.h"
#include "merkit/media/clip_reader.h"
#include "merkit/pictures/motion_pictures.h"
#include "merkit/report/provenance.h"
#include "merkit/synthesis/face_animation.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>

namespace fs = std::filesystem;

namespace merkit::cli {
namespace {

struct SynthRequest {
  CommonOptions common;
  fs::path face, directory;
  AnimationConfig animation;
  std::string side = "both";
  int index = 0;
};

/// NumPy format, little-endian float32 of height x width x 2: u right, v down.
std::string npy_bytes(const MotionField& motion) {
  std::string header =
      fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}, 2), }}", motion.u.rows, motion.u.cols);
  header.resize((10 + header.size() + 1 + 63) / 64 * 64 - 10 - 1, ' ');
  header += '\n';
  std::string bytes = "\x93NUMPY";
  bytes += '\x01';
  bytes += '\0';
  bytes += static_cast<char>(header.size() & 0xff);
  bytes += static_cast<char>(header.size() >> 8);
  bytes += header;
  std::vector<cv::Mat> planes{motion.u, motion.v};
  cv::Mat both;
  cv::merge(planes, both);
  bytes.append(reinterpret_cast<const char*>(both.data), both.total() * both.elemSize());
  return bytes;
}

nlohmann::ordered_json truth_of(const SynthRequest& request, const FaceAnimation& animation,
                                const Landmarks& landmarks) {
  const auto& config = request.animation;
  const Interval& interval = animation.interval();
  nlohmann::ordered_json truth{{"schema", "merkit/synth/1"},
                               {"tool", {{"name", "merkit"}, {"version", tool_version()}, {"git", git_description()}}},
                               {"face", request.face.string()},
                               {"expression", config.expression},
                               {"side", request.side},
                               {"amplitude_px", config.amplitude_px},
                               {"fps", config.fps},
                               {"noise_sigma", config.noise_sigma},
                               {"seed", config.seed},
                               {"frames", animation.frame_count()},
                               {"onset", interval.onset},
                               {"apex", *interval.apex},
                               {"offset", interval.offset},
                               {"motion",
                                "motion.npy is the exact forward motion at the apex, float32 height x width x 2, "
                                "u right and v down in pixels; at frame i it is intensity[i] times that"}};
  for (int i = 0; i < animation.frame_count(); ++i) truth["intensity"].push_back(animation.intensity(i));
  for (const auto& point : landmarks) truth["landmarks"].push_back({point.x, point.y});
  return truth;
}

int synth(const SynthRequest& request) {
  start_logging(request.common);
  EffectiveSettings settings(request.common);
  AnimationConfig config = request.animation;
  config.side = face_side_from_string(request.side);
  const cv::Mat still = read_image(request.face);
  const auto faces = FaceModel(FaceModel::find_predictor()).detect(still, settings.pipeline.face.detection);
  if (request.index >= static_cast<int>(faces.size()))
    throw ClipError(Status::no_face,
                    faces.empty()
                        ? "no face found in " + request.face.string()
                        : "there are only " + std::to_string(faces.size()) + " faces in " + request.face.string(),
                    "a frontal, well-lit face at least 80 pixels wide is needed");
  const FaceAnimation animation(still, faces[request.index].landmarks, config);

  create_directories_or_throw(request.directory / "frames");
  Progress progress(request.common, animation.frame_count(), "frames");
  for (int i = 0; i < animation.frame_count(); ++i) {
    throw_if_stopped();
    write_png(request.directory / "frames" / fmt::format("{:06}.png", i), animation.frame(i));
    progress.advance();
  }
  const Interval& interval = animation.interval();
  const MotionField motion = animation.motion_at(*interval.apex);
  write_file_atomically(request.directory / "motion.npy", npy_bytes(motion));
  write_png(request.directory / "motion.png", motion_picture(still, animation.frame(*interval.apex), motion));
  const std::string name = request.face.stem().string() + "_" + config.expression;
  std::string clip_id;
  for (const char c : name) clip_id += std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' ? c : '_';
  write_file_atomically(request.directory / "manifest.csv",
                        fmt::format("clip_id,dataset,subject,frames,frame_base,onset,apex,offset,fps,emotion\n"
                                    "{},synth,{},frames,filename,{},{},{},{},{}\n",
                                    clip_id, clip_id.substr(0, clip_id.find('_')), interval.onset, *interval.apex,
                                    interval.offset, config.fps, config.expression));
  const std::string truth = truth_of(request, animation, faces[request.index].landmarks).dump(2) + "\n";
  write_file_atomically(request.directory / "truth.json", truth);
  Output output({});
  output.stream() << truth;
  output.commit();
  return kAllDone;
}

}  // namespace

void add_synth(Commands& commands) {
  auto request = std::make_shared<SynthRequest>();
  auto& animation = request->animation;
  CLI::App& command = commands.add("synth", "Animate a still face with a known micro-expression, with exact truth");
  command.add_option("face", request->face, "Picture of a frontal face")->required()->type_name("FACE");
  command
      .add_option("-o,--output", request->directory, "Directory for frames/, truth.json, motion.npy and manifest.csv")
      ->required()
      ->type_name("DIR");
  command.add_option("--expression", animation.expression, "Which expression")
      ->check(CLI::IsMember(animated_expressions()))
      ->capture_default_str();
  command.add_option("--amplitude", animation.amplitude_px, "Largest displacement at the apex, pixels of the picture")
      ->capture_default_str()
      ->type_name("PX");
  command.add_option("--duration", animation.duration_s, "Onset to offset, seconds")
      ->capture_default_str()
      ->type_name("S");
  command.add_option("--fps", animation.fps, "Frames per second")->capture_default_str()->type_name("FPS");
  command.add_option("--lead", animation.lead_s, "Neutral seconds before and after")
      ->capture_default_str()
      ->type_name("S");
  command.add_option("--side", request->side, "Which half of the picture's face moves")
      ->check(CLI::IsMember(face_side_names()))
      ->capture_default_str();
  command.add_option("--noise", animation.noise_sigma, "Camera noise, standard deviation in grey levels")
      ->capture_default_str()
      ->type_name("SIGMA");
  command.add_option("--seed", animation.seed, "Seed of the noise")->capture_default_str()->type_name("N");
  command.add_option("--face-index", request->index, "Which face, counted from the largest (0)")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
  add_common_options(command, request->common);
  command.footer(
      "Example: merkit synth portrait.png --expression surprise --amplitude 1.5 -o clip\n"
      "         merkit run clip/frames --fps 100");
  request->common.command = commands.arguments();
  commands.set_action(command, [request] { return synth(*request); });
}

}  // namespace merkit::cli
