#include "merkit/pictures/clip_pictures.h"

#include "merkit/media/clip_reader.h"
#include "merkit/pictures/motion_pictures.h"
#include "merkit/pipeline/stored_flow.h"

#include <map>
#include <string>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace merkit {
namespace {

/// Side of a picture of a face on the page; more would only make the page heavy.
constexpr int kShownSide = 160;

ClipPictures::Picture shown(const cv::Mat& picture, const std::string& caption) {
  cv::Mat small = picture;
  if (picture.cols > kShownSide)
    cv::resize(picture, small, {kShownSide, picture.rows * kShownSide / picture.cols}, 0, 0, cv::INTER_AREA);
  return {png_of(small), caption};
}

ClipPictures of_motion_image(const cv::Mat& image) {
  ClipPictures result;
  result.pixelated = true;
  cv::Mat picture;
  cv::cvtColor(image, picture, cv::COLOR_RGB2BGR);
  result.pictures.push_back(shown(picture, "u, v, strain as red, green, blue"));
  const char* const names[] = {"u, to the right", "v, downwards", "strain"};
  for (int channel = 0; channel < 3; ++channel) {
    cv::Mat map;
    cv::extractChannel(image, map, channel);
    result.pictures.push_back(shown(map, names[channel]));
  }
  return result;
}

ClipPictures of_faces(const Sample& sample, const FlowConfig& config, const Cache* cache) {
  const AlignedFace* const onset = sample.face_at(sample.interval.onset);
  const AlignedFace* const apex = sample.interval.apex ? sample.face_at(*sample.interval.apex) : nullptr;
  if (!onset || !apex) throw ClipError(Status::unsupported, "the clip has no face at onset and apex");
  const MotionField motion = stored_flow(onset->image, apex->image, config, cache);
  ClipPictures result;
  result.pictures = {shown(onset->image, "onset, frame " + std::to_string(onset->number)),
                     shown(apex->image, "apex, frame " + std::to_string(apex->number)),
                     shown(colour_coded(motion), "motion: hue is direction"),
                     shown(heat_map(optical_strain(motion)), "strain: bright is much")};
  return result;
}

class Pictures {
 public:
  Pictures(const std::filesystem::path& manifest, const PipelineConfig& config, std::shared_ptr<const Cache> cache)
      : file_(manifest), config_(config), cache_(std::move(cache)), faces_(std::make_shared<SharedFaceModel>()) {
    for (auto& clip : Manifest::read(manifest).clips) clips_.emplace(clip.clip_id, std::move(clip));
  }

  ClipPictures operator()(const std::string& clip_id, const Person& person) const try {
    const auto found = clips_.find(clip_id);
    if (found == clips_.end() || found->second.dataset != person.dataset || found->second.subject != person.subject)
      return without("the clip is not in " + file_.string());
    const SampleOptions options{config_.face, apex_policy_from_string(config_.apex_policy), cache_};
    const Sample sample = prepare_sample(found->second, options, *faces_);
    return sample.faces.empty() ? of_motion_image(sample.motion_image.value())
                                : of_faces(sample, config_.flow, cache_.get());
  } catch (const ClipError& error) {
    return without(error.what());
  }

 private:
  static ClipPictures without(const std::string& problem) {
    ClipPictures result;
    result.problem = problem;
    return result;
  }

  std::filesystem::path file_;
  PipelineConfig config_;
  std::shared_ptr<const Cache> cache_;
  std::shared_ptr<const SharedFaceModel> faces_;
  std::map<std::string, ManifestClip> clips_;
};

}  // namespace

MakeClipPictures clip_pictures(const std::filesystem::path& manifest, const PipelineConfig& config,
                               std::shared_ptr<const Cache> cache) {
  return Pictures(manifest, config, std::move(cache));
}

}  // namespace merkit
