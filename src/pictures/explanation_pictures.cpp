#include "merkit/pictures/explanation_pictures.h"

#include "merkit/media/clip_reader.h"
#include "merkit/pictures/captioned_pictures.h"
#include "merkit/pictures/motion_pictures.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace merkit {
namespace {

constexpr int kColumns = 4;

/// Pixels within the convex hull of the landmarks.
cv::Mat1b face_mask(const AlignedFace& face) {
  std::vector<cv::Point> points, hull;
  for (const cv::Point2f& point : face.landmarks) points.emplace_back(cvRound(point.x), cvRound(point.y));
  cv::convexHull(points, hull);
  cv::Mat1b mask(face.image.size(), uchar{0});
  cv::fillConvexPoly(mask, hull, cv::Scalar(255));
  return mask;
}

cv::Mat1f magnitude(const MotionField& motion) {
  cv::Mat1f result;
  cv::magnitude(motion.u, motion.v, result);
  return result;
}

/// "Grad-CAM strain" -> "gradcam_strain".
std::string file_stem(const std::string& name) {
  std::string stem;
  for (const char c : name)
    if (c == ' ')
      stem += '_';
    else if (std::isalnum(static_cast<unsigned char>(c)))
      stem += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return stem;
}

/// Values as colours from 0 to `max`, half transparent on the grey face.
cv::Mat heat_on_face(const cv::Mat1f& values, double max, const cv::Mat& face) {
  cv::Mat1f large;
  cv::resize(values, large, face.size(), 0, 0, cv::INTER_LINEAR);
  cv::Mat grey, result;
  cv::cvtColor(face, grey, cv::COLOR_BGR2GRAY);
  cv::cvtColor(grey, grey, cv::COLOR_GRAY2BGR);
  cv::addWeighted(heat_map(large, max), 0.6, grey, 0.4, 0, result);
  return result;
}

/// Boxes whose colour and number tell the region's weight.
cv::Mat regions_on_face(const std::vector<WeightedRegion>& regions, double max, const cv::Mat& face) {
  cv::Mat result = face * 0.6;
  std::vector<WeightedRegion> ordered = regions;  // what counts most is drawn last
  std::sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) { return a.weight < b.weight; });
  const auto width = static_cast<float>(face.cols), height = static_cast<float>(face.rows);
  for (const auto& [box, weight] : ordered) {
    const cv::Rect place(cvRound(box.x * width), cvRound(box.y * height), cvRound(box.width * width),
                         cvRound(box.height * height));
    const cv::Vec3b bgr =
        heat_map(cv::Mat1f(1, 1, static_cast<float>(0.25 * max + 0.75 * weight)), max).at<cv::Vec3b>(0);
    const cv::Scalar colour(bgr[0], bgr[1], bgr[2]);
    cv::rectangle(result, place, colour, 2, cv::LINE_AA);
    cv::putText(result, fmt::format("{:.2g}", weight), place.tl() + cv::Point(4, 14), cv::FONT_HERSHEY_SIMPLEX, 0.4,
                colour, 1, cv::LINE_AA);
  }
  return result;
}

/// The pictures of one clip, each a file and a panel of the overview.
class Gallery {
 public:
  explicit Gallery(std::filesystem::path directory) : directory_(std::move(directory)) {}

  std::string add(const std::string& stem, CaptionedPicture picture) {
    write(stem + ".png", picture.picture);
    panels_.push_back(std::move(picture));
    return stem + ".png";
  }

  /// The overview comes last. Returns the names of all files.
  std::vector<std::string> finish(const std::string& heading) {
    const int columns = panels_.size() == kColumns + 1 ? 3 : kColumns;
    write("overview.png", captioned_pictures(panels_, columns, heading));
    return std::move(files_);
  }

 private:
  void write(const std::string& file, const cv::Mat& picture) {
    write_png(directory_ / file, picture);
    files_.push_back(file);
  }

  std::filesystem::path directory_;
  std::vector<std::string> files_;
  std::vector<CaptionedPicture> panels_;
};

ExplanationPictures::Map add_map(const NamedMap& map, const AlignedFace& onset, const cv::Mat& apex, Gallery& gallery) {
  double greatest = 0;
  cv::minMaxLoc(map.values, nullptr, &greatest);
  const bool of_unit_range = map.name != "patch attention";
  CaptionedPicture panel;
  panel.picture = heat_on_face(map.values, of_unit_range ? 1 : greatest, apex);
  panel.title = map.name;
  panel.legend = Legend::bar;
  if (map.name == "occlusion")
    panel.detail = "0: hidden at onset, 1: seen";
  else if (of_unit_range)
    panel.detail = greatest > 0 ? "speaks for this class, 0 to 1" : "nothing speaks for it";
  else
    panel.detail = fmt::format("0 to {:.2g}", greatest);
  const std::string file = gallery.add(file_stem(map.name), std::move(panel));

  const cv::Mat1b face = face_mask(onset);
  cv::Mat1f values;
  cv::resize(map.values, values, face.size(), 0, 0, cv::INTER_LINEAR);
  return {map.name, file, cv::mean(values, face)[0], cv::mean(values, ~face)[0]};
}

}  // namespace

MotionSize size_of(const MotionField& motion, const AlignedFace& onset) {
  const cv::Mat1f size = magnitude(motion);
  const cv::Mat1b face = face_mask(onset), elsewhere = ~face;
  return {cv::mean(size, face)[0], percentile(size, 0.95, face), cv::mean(size, elsewhere)[0],
          percentile(size, 0.95, elsewhere)};
}

ExplanationPictures write_pictures(const ExplainedClip& clip, const std::filesystem::path& directory) {
  const Explanation& why = clip.explanation;
  const cv::Size size = shown_size(clip.onset.image.size());
  const cv::Mat onset = shown(clip.onset.image, size), apex = shown(clip.apex.image, size);
  double max_px = percentile(magnitude(clip.tvl1), 0.99);
  if (why.motion) max_px = std::max(max_px, percentile(magnitude(*why.motion), 0.99));
  const auto motion_panel = [&](const MotionField& motion, const std::string& title) {
    return CaptionedPicture{laid_over(shown(colour_coded(motion, max_px), size), onset), title,
                            fmt::format("rim: {:.2g} px", max_px), Legend::wheel};
  };

  ExplanationPictures result;
  Gallery gallery(directory);
  gallery.add("onset", {onset, "onset", "frame " + std::to_string(clip.onset.number)});
  gallery.add("apex", {apex, "apex", "frame " + std::to_string(clip.apex.number)});
  if (why.motion) {
    result.learned = size_of(*why.motion, clip.onset);
    gallery.add("motion_learned", motion_panel(*why.motion, "motion, learned"));
  }
  result.tvl1 = size_of(clip.tvl1, clip.onset);
  gallery.add("motion_tvl1", motion_panel(clip.tvl1, "motion, TV-L1"));
  for (const NamedMap& map : why.maps) result.maps.push_back(add_map(map, clip.onset, apex, gallery));
  if (!why.regions.empty()) {
    double greatest = 0;
    for (const auto& region : why.regions) greatest = std::max(greatest, region.weight);
    result.regions = why.regions;
    gallery.add("regions", {regions_on_face(why.regions, greatest, apex), "regions",
                            fmt::format("0 to {:.2g}", greatest), Legend::bar});
  }
  result.files = gallery.finish(clip.heading);
  return result;
}

}  // namespace merkit
