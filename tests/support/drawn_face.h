#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace merkit::testing {

/// What may differ between two drawn people.
struct DrawnPerson {
  std::uint32_t seed = 1;  ///< of the skin's texture
  double wide = 1;         ///< breadth of the face, 1 or a little off
  double mouth = 1;        ///< breadth of the mouth
  double brow = 1;         ///< thickness of the brows
  cv::Scalar skin{150, 178, 222};
  cv::Scalar hair{38, 46, 58};
  double light = -0.25;  ///< slope of the light across the face; negative: from the left
};

/// Centres of the eyes in drawn_face(), in fractions of its width.
constexpr double kDrawnEyeX[] = {0.39, 0.61};
constexpr double kDrawnEyeY = 0.45;

namespace drawing {

constexpr int kSide = 640;

/// Draws on a float mask, softened by `blur` pixels, and mixes `colour` into the picture where the mask is.
class Painter {
 public:
  explicit Painter(cv::Mat3f& picture) : picture_(picture), mask_(picture.size(), 0.F) {}

  void ellipse(cv::Point2d c, cv::Size2d r, const cv::Scalar& colour, double blur, double opacity = 1,
               double turn = 0) {
    cv::ellipse(mask_, cv::Point(cvRound(c.x * 16), cvRound(c.y * 16)),
                cv::Size(cvRound(r.width * 16), cvRound(r.height * 16)), turn, 0, 360, cv::Scalar(1), cv::FILLED,
                cv::LINE_AA, 4);
    mix(colour, blur, opacity);
  }

  void polygon(const std::vector<cv::Point2d>& points, const cv::Scalar& colour, double blur, double opacity = 1) {
    std::vector<cv::Point> fixed;
    for (const auto& p : points) fixed.emplace_back(cvRound(p.x * 16), cvRound(p.y * 16));
    cv::fillPoly(mask_, std::vector<std::vector<cv::Point>>{fixed}, cv::Scalar(1), cv::LINE_AA, 4);
    mix(colour, blur, opacity);
  }

 private:
  void mix(const cv::Scalar& colour, double blur, double opacity) {
    if (blur > 0) cv::GaussianBlur(mask_, mask_, {0, 0}, blur);
    for (int y = 0; y < picture_.rows; ++y)
      for (int x = 0; x < picture_.cols; ++x) {
        const auto share = static_cast<float>(mask_(y, x) * opacity);
        cv::Vec3f& pixel = picture_(y, x);
        for (int k = 0; k < 3; ++k) pixel[k] += share * (static_cast<float>(colour[k]) - pixel[k]);
      }
    mask_.setTo(0);
  }

  cv::Mat3f& picture_;
  cv::Mat1f mask_;
};

/// Curve y = y0 + bend * (1 - t^2), t in -1..1 over x0..x1, as points from left to right.
inline std::vector<cv::Point2d> arc(double x0, double x1, double y0, double bend) {
  std::vector<cv::Point2d> points;
  for (int i = 0; i <= 24; ++i) {
    const double t = i / 12.0 - 1;
    points.emplace_back(x0 + (x1 - x0) * i / 24.0, y0 + bend * (1 - t * t));
  }
  return points;
}

/// The area between two arcs with common ends.
inline std::vector<cv::Point2d> lens(double x0, double x1, double y0, double upper, double lower) {
  auto points = arc(x0, x1, y0, upper);
  const auto below = arc(x0, x1, y0, lower);
  points.insert(points.end(), below.rbegin(), below.rend());
  return points;
}

inline cv::Scalar shade(const cv::Scalar& colour, double factor) { return colour * factor; }

inline void draw_eye(Painter& paint, double x, double y, int side, const DrawnPerson& who) {
  const cv::Scalar dark = shade(who.skin, 0.62);
  paint.ellipse({x, y - 6}, {50, 30}, dark, 12, 0.75);                                 // socket
  paint.ellipse({x - side * 34, y - 14}, {20, 24}, shade(who.skin, 0.55), 10, 0.5);    // towards the nose
  paint.polygon(lens(x - 38, x + 38, y + 2, -34, 26), shade(who.skin, 0.80), 4, 0.7);  // lids
  paint.polygon(lens(x - 34, x + 34, y + 2, -25, 19), {35, 40, 55}, 1.2);              // lashes
  paint.polygon(lens(x - 31, x + 31, y + 3, -19, 16), {205, 212, 218}, 1.0);           // white
  paint.ellipse({x, y - 2}, {15, 16}, {52, 62, 84}, 1.2);                              // iris
  paint.ellipse({x, y - 2}, {7, 7}, {12, 12, 14}, 0.8);                                // pupil
  paint.ellipse({x - 4, y - 7}, {3, 3}, {240, 240, 240}, 0.6);                         // glint
  paint.polygon(lens(x - 34, x + 34, y + 1, -25, -15), {35, 38, 48}, 1.5, 0.9);        // upper lashes
  auto crease = lens(x - 38, x + 38, y - 8, -30, -25);
  paint.polygon(crease, shade(who.skin, 0.5), 2, 0.7);
  // The brow, thicker near the nose.
  std::vector<cv::Point2d> brow;
  for (int i = 0; i <= 20; ++i) {
    const double t = i / 20.0;
    brow.emplace_back(x - side * 44 + side * 96 * t, y - 48 - 20 * std::sin(2.2 * t) - 8 * who.brow * (1 - 0.4 * t));
  }
  for (int i = 20; i >= 0; --i) {
    const double t = i / 20.0;
    brow.emplace_back(x - side * 44 + side * 96 * t, y - 48 - 20 * std::sin(2.2 * t) + 7 * who.brow * (1 - 0.8 * t));
  }
  paint.polygon(brow, who.hair, 2.5, 0.9);
}

inline void draw_nose(Painter& paint, double x, double y, const DrawnPerson& who) {
  paint.polygon({{x - 28, y - 100}, {x - 16, y - 100}, {x - 20, y - 10}, {x - 46, y + 4}}, shade(who.skin, 0.72), 7,
                0.6);
  paint.polygon({{x + 28, y - 100}, {x + 16, y - 100}, {x + 20, y - 10}, {x + 46, y + 4}}, shade(who.skin, 0.66), 7,
                0.7);
  paint.polygon({{x - 7, y - 110}, {x + 7, y - 110}, {x + 10, y - 10}, {x - 10, y - 10}}, shade(who.skin, 1.13), 6,
                0.8);
  paint.ellipse({x, y - 10}, {17, 14}, shade(who.skin, 1.14), 6, 0.8);
  paint.ellipse({x, y + 12}, {42, 10}, shade(who.skin, 0.6), 5, 0.75);
  for (const int side : {-1, 1}) {
    paint.ellipse({x + side * 38.0, y}, {13, 17}, shade(who.skin, 0.86), 4, 0.7);
    paint.ellipse({x + side * 50.0, y + 2}, {5, 16}, shade(who.skin, 0.6), 4, 0.7);
    paint.ellipse({x + side * 19.0, y + 10}, {12, 6}, {32, 36, 60}, 2, 0.9, side * 12);
  }
}

inline void draw_mouth(Painter& paint, double x, double y, const DrawnPerson& who) {
  const double half = 66 * who.mouth;
  const cv::Scalar lip{104, 104, 176};
  paint.polygon(lens(x - 6, x + 6, y - 52, 0, 30), shade(who.skin, 0.78), 4, 0.6);  // philtrum
  paint.polygon(lens(x - half, x + half, y, -22, 4), shade(lip, 0.85), 2);
  paint.polygon(lens(x - half, x + half, y, -2, 30), lip, 2);
  paint.ellipse({x, y + 15}, {30 * who.mouth, 6}, shade(lip, 1.25), 4, 0.7);
  paint.polygon(lens(x - half - 4, x + half + 4, y, -4, 5), {40, 36, 70}, 1.5, 0.9);
  paint.ellipse({x, y + 42}, {46, 9}, shade(who.skin, 0.68), 6, 0.7);  // below the lip
  for (const int side : {-1, 1}) {
    paint.ellipse({x + side * (half + 6), y}, {8, 9}, shade(who.skin, 0.62), 4, 0.7);
    paint.ellipse({x + side * 92.0, y - 40}, {7, 44}, shade(who.skin, 0.78), 7, 0.6, side * -24);
  }
}

}  // namespace drawing

/// A face, seen from the front, that dlib's detector finds and whose landmarks come to lie where they are drawn;
/// square, `side` pixels wide, of which the face takes about 0.6. For tests that must not depend on a picture file. The
/// same person is the same picture on every machine up to rounding.
inline cv::Mat3b drawn_face(int side = 320, const DrawnPerson& who = {}) {
  using namespace drawing;
  cv::Mat3f picture(kSide, kSide);
  for (int y = 0; y < kSide; ++y)
    for (int x = 0; x < kSide; ++x) {
      const auto level = static_cast<float>(0.8 + 0.25 * x / kSide - 0.2 * y / kSide);
      picture(y, x) = cv::Vec3f(150, 140, 128) * level;
    }
  Painter paint(picture);
  const double cx = kSide / 2.0, eye_y = kDrawnEyeY * kSide, w = who.wide;
  paint.ellipse({cx, 660}, {250, 110}, {92, 70, 60}, 4);                                                      // clothes
  paint.polygon({{cx - 82, 470}, {cx + 82, 470}, {cx + 96, 610}, {cx - 96, 610}}, shade(who.skin, 0.72), 5);  // neck
  paint.ellipse({cx, 280}, {182 * w, 226}, who.hair, 4);
  for (const int ear : {-1, 1}) paint.ellipse({cx + ear * 168 * w, eye_y + 30}, {18, 42}, shade(who.skin, 0.85), 3);
  std::vector<cv::Point2d> outline;  // temples, cheeks, chin
  for (int i = 0; i < 72; ++i) {
    const double angle = CV_PI * i / 36.0, s = std::sin(angle), c = std::cos(angle);
    const double narrow = s > 0 ? 1 - 0.20 * s * s : 1;
    outline.emplace_back(cx + 160 * w * c * narrow, 318 + (s > 0 ? 216 : 196) * s);
  }
  cv::Mat3f behind = picture.clone();
  paint.polygon(outline, who.skin, 2);
  paint.ellipse({cx, 190}, {110, 50}, shade(who.skin, 1.08), 30, 0.7);  // forehead
  for (const int cheek : {-1, 1}) {
    paint.ellipse({cx + cheek * 86.0, 372}, {44, 34}, shade(who.skin, 1.09), 18, 0.7);
    paint.ellipse({cx + cheek * 140 * w, 410}, {30, 110}, shade(who.skin, 0.70), 20, 0.8);
    paint.ellipse({cx + cheek * 146 * w, 270}, {20, 90}, shade(who.skin, 0.72), 16, 0.7);
  }
  paint.ellipse({cx, 505}, {40, 18}, shade(who.skin, 1.06), 10, 0.7);   // chin
  paint.ellipse({cx, 560}, {110, 22}, shade(who.skin, 0.45), 10, 0.8);  // below it
  paint.ellipse({cx, 112}, {150 * w, 42}, who.hair, 10);                // fringe
  draw_eye(paint, kDrawnEyeX[0] * kSide, eye_y, -1, who);
  draw_eye(paint, kDrawnEyeX[1] * kSide, eye_y, 1, who);
  draw_nose(paint, cx, 392, who);
  draw_mouth(paint, cx, 462, who);

  std::mt19937 random(who.seed);
  cv::Mat1f grain(kSide, kSide);
  for (float& g : grain) g = static_cast<float>(static_cast<int>(random() % 2001) - 1000) / 1000.F;
  cv::GaussianBlur(grain, grain, {0, 0}, 2.5);
  for (int y = 0; y < kSide; ++y)
    for (int x = 0; x < kSide; ++x)
      picture(y, x) *= static_cast<float>((1 + who.light * (x - cx) / kSide) * (1 + 0.35 * grain(y, x)));
  cv::GaussianBlur(picture, picture, {0, 0}, 1.2);
  cv::Mat3b result;
  picture.convertTo(result, CV_8U);
  cv::resize(result, result, {side, side}, 0, 0, cv::INTER_AREA);
  return result;
}

}  // namespace merkit::testing
