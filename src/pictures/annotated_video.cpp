#include "merkit/pictures/annotated_video.h"

#include "merkit/media/clip_reader.h"
#include "merkit/media/video_writer.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace merkit {
namespace {

constexpr int kLeastWidth = 640;     // text needs that much
constexpr double kWindow_s = 20;     // of the signal, where the clip is longer
constexpr double kStripShare = 0.3;  // of the picture's height
constexpr int kLeastStrip = 130;
constexpr int kFractionBits = 4;
const cv::Scalar kAtRest(210, 210, 210), kCursor(60, 60, 220), kLight(255, 255, 255);

int even(double value) { return 2 * std::max(1, cvRound(value / 2)); }

/// Draws one frame after the other; what all frames share is drawn once.
class Annotator {
 public:
  Annotator(cv::Size source, const ClipAnalysis& analysis, const SignalChart& chart, const LabelSet& labels,
            cv::Size crop)
      : analysis_(analysis), chart_(chart), labels_(labels), crop_(crop) {
    scale_ = std::max(1.0, static_cast<double>(kLeastWidth) / source.width);
    picture_ = {even(scale_ * source.width), even(scale_ * source.height)};
    text_ = std::clamp(picture_.width / 900.0, 0.75, 3.0);
    strip_ = {0, picture_.height, picture_.width,
              even(std::max(kLeastStrip * text_ / 0.75, kStripShare * picture_.height))};
    canvas_.create(picture_.height + strip_.height, picture_.width, CV_8UC3);
    is_short_ = analysis.duration_s <= kWindow_s;
  }

  cv::Size size() const { return canvas_.size(); }

  const cv::Mat& annotated(const Frame& frame) {
    cv::Mat picture = canvas_(cv::Rect({}, picture_));
    cv::resize(frame.image, picture, picture_, 0, 0, cv::INTER_LINEAR);
    const Detection* const now = found_at(frame.number);
    if (const auto* pose = analysis_.followed.at(frame.number))
      draw_face(picture, *pose, now ? colour_of(now->type) : kAtRest);
    if (now) write_banner(picture, *now);
    draw_strip(frame.time_s);
    return canvas_;
  }

 private:
  const Detection* found_at(int number) const {
    for (const Detection& found : analysis_.detections)
      if (found.interval.onset <= number && number <= found.interval.offset) return &found;
    return nullptr;
  }

  void draw_face(cv::Mat& picture, const FollowedFace::Pose& pose, const cv::Scalar& colour) const {
    const cv::Matx23d source_from_crop = inverted(pose.crop_from_source);
    const auto at = [&](double x, double y) {
      const cv::Point2d p(source_from_crop * cv::Vec3d(x, y, 1));
      // Pixel centres lie at whole numbers in both pictures.
      return cv::Point(cvRound(((p.x + 0.5) * scale_ - 0.5) * (1 << kFractionBits)),
                       cvRound(((p.y + 0.5) * scale_ - 0.5) * (1 << kFractionBits)));
    };
    const std::vector<cv::Point> box{at(0, 0), at(crop_.width, 0), at(crop_.width, crop_.height), at(0, crop_.height)};
    cv::polylines(picture, box, true, colour, std::max(1, cvRound(2 * text_)), cv::LINE_AA, kFractionBits);
    for (const cv::Point2f& p : analysis_.followed.landmarks.at(pose.segment))
      cv::circle(picture, at(p.x, p.y), cvRound(1.3 * text_ * (1 << kFractionBits)), colour, cv::FILLED, cv::LINE_AA,
                 kFractionBits);
  }

  void write_banner(cv::Mat& picture, const Detection& found) const {
    std::string text = std::string(to_string(found.type));
    if (found.prediction)
      text += fmt::format("  {} {:.2f}", labels_.name(found.prediction->label), found.prediction->confidence());
    text += fmt::format("  (spotted {:.2f})", found.confidence);
    const double scale = 0.7 * text_;
    const int height = cvRound(30 * text_), width = std::min(picture.cols, width_of(text, scale) + height);
    cv::rectangle(picture, {0, 0, width, height}, colour_of(found.type), cv::FILLED);
    write_text(picture, text, {height / 2, cvRound(21 * text_)}, scale, kLight);
  }

  void draw_strip(double time_s) {
    const double from = is_short_ ? 0 : std::clamp(time_s - kWindow_s / 2, 0.0, analysis_.duration_s - kWindow_s);
    const double to = is_short_ ? std::max(analysis_.duration_s, 0.1) : from + kWindow_s;
    if (!is_short_ || whole_.empty()) draw(canvas_, strip_, chart_, from, to, text_);
    if (is_short_ && whole_.empty()) whole_ = canvas_(strip_).clone();
    if (is_short_) whole_.copyTo(canvas_(strip_));
    const int x = cvRound(x_of(time_s, strip_, from, to, text_));
    cv::line(canvas_, {x, strip_.y + 2}, {x, strip_.br().y - cvRound(20 * text_)}, kCursor,
             std::max(1, cvRound(1.5 * text_)), cv::LINE_AA);
  }

  const ClipAnalysis& analysis_;
  const SignalChart& chart_;
  const LabelSet& labels_;
  cv::Size crop_, picture_;
  cv::Rect strip_;
  double scale_ = 1, text_ = 1;
  bool is_short_ = true;
  cv::Mat canvas_, whole_;
};

}  // namespace

void write_annotated_video(const std::filesystem::path& file, const ClipRequest& request, const ClipAnalysis& analysis,
                           const SignalChart& chart, const LabelSet& labels) {
  const auto reader = open_clip(request.clip, request.options);
  const ClipInfo& info = reader->info();
  Annotator annotator({info.width, info.height}, analysis, chart, labels, analysis.followed.crop);
  const auto writer = create_video(file, annotator.size(), analysis.fps);
  for (int i = 0; i < analysis.frames; ++i) {
    const auto frame = reader->next();
    if (!frame) break;
    writer->write(annotator.annotated(*frame), frame->time_s);
  }
  writer->finish();
}

}  // namespace merkit
