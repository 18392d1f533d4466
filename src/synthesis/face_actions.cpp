// Facial actions after Ekman and Friesen's Facial Action Coding System (1978) and the emotions' usual combinations of
// them, as pushes at landmarks of the 68-point scheme (iBUG 300-W). Strengths and radii are this program's own choice:
// FACS names muscles, not millimetres.
#include "synthesis/face_actions.h"

#include "merkit/core/error.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace merkit {

namespace {

/// One push of an action, on the half at the picture's left or on the mid-line. Lateral is away from the mid-line; all
/// lengths are inter-ocular distances.
struct ActionPush {
  int landmark;
  double lateral, down;  ///< displacement at full strength
  double radius;
  double lateral_offset = 0, down_offset = 0;  ///< of the push's centre from the landmark
};

using Action = std::vector<ActionPush>;

/// Action units by their FACS number.
const std::map<int, Action>& action_units() {
  static const std::map<int, Action> units{
      // inner brow raiser (frontalis, medial)
      {1, {{21, 0.0, -1.0, 0.24}, {20, 0.0, -0.5, 0.22}}},
      // outer brow raiser (frontalis, lateral)
      {2, {{17, 0.1, -0.6, 0.22}, {18, 0.0, -0.9, 0.24}, {19, 0.0, -0.5, 0.24}}},
      // brow lowerer (corrugator)
      {4, {{21, -0.5, 0.8, 0.22}, {20, -0.4, 0.7, 0.22}, {19, -0.2, 0.4, 0.22}}},
      // upper lid raiser
      {5, {{37, 0.0, -0.4, 0.10}, {38, 0.0, -0.4, 0.10}}},
      // cheek raiser (orbicularis oculi, outer)
      {6, {{41, -0.1, -0.6, 0.26, 0.08, 0.36}, {41, 0.0, -0.25, 0.12}, {36, -0.2, 0.1, 0.14, 0.10, 0.0}}},
      // lid tightener
      {7, {{40, 0.0, -0.4, 0.12}, {41, 0.0, -0.4, 0.12}, {37, 0.0, 0.25, 0.10}, {38, 0.0, 0.25, 0.10}}},
      // nose wrinkler (levator labii superioris alaeque nasi)
      {9, {{31, 0.1, -0.8, 0.18}, {39, -0.1, -0.5, 0.18, -0.08, 0.22}, {21, -0.2, 0.4, 0.20}}},
      // upper lip raiser
      {10, {{50, 0.0, -0.8, 0.18}, {49, 0.1, -0.6, 0.18}, {51, 0.0, -0.4, 0.16}}},
      // lip corner puller (zygomaticus major)
      {12, {{48, 0.7, -0.7, 0.24}, {48, 0.4, -0.5, 0.30, 0.16, -0.20}}},
      // dimpler (buccinator)
      {14, {{48, 0.8, -0.1, 0.18, 0.04, 0.0}}},
      // lip corner depressor
      {15, {{48, 0.15, 0.9, 0.20}, {59, 0.0, 0.4, 0.18}}},
      // chin raiser (mentalis)
      {17, {{57, 0.0, -0.9, 0.26, 0.0, 0.20}}},
      // lip stretcher (risorius)
      {20, {{48, 1.0, 0.15, 0.26}, {59, 0.4, 0.1, 0.20}}},
      // lip presser
      {24, {{51, 0.0, 0.45, 0.20}, {50, 0.0, 0.40, 0.18}, {57, 0.0, -0.45, 0.20}, {58, 0.0, -0.40, 0.18}}},
      // jaw drop
      {26, {{8, 0.0, 0.8, 0.42}, {57, 0.0, 0.6, 0.26}}},
  };
  return units;
}

struct WeightedUnit {
  int unit;
  double weight;
};

struct Expression {
  const char* name;
  std::vector<WeightedUnit> units;
};

const std::vector<Expression>& expressions() {
  static const std::vector<Expression> all{
      {"happiness", {{12, 1.0}, {6, 0.7}}},         {"surprise", {{1, 1.0}, {2, 1.0}, {5, 0.6}, {26, 0.4}}},
      {"disgust", {{9, 1.0}, {10, 0.8}}},           {"anger", {{4, 1.0}, {7, 0.6}, {24, 0.6}}},
      {"sadness", {{1, 0.9}, {4, 0.3}, {15, 0.9}}}, {"fear", {{1, 1.0}, {2, 0.7}, {4, 0.6}, {20, 0.9}}},
      {"contempt", {{12, 0.7}, {14, 0.7}}},         {"repression", {{15, 0.7}, {24, 0.4}, {17, 0.9}}},
  };
  return all;
}

/// The same place on the other half; landmarks of the mid-line are their own mirror.
int mirrored_landmark(int index) {
  static const std::array<int, 68> mirror{16, 15, 14, 13, 12, 11, 10, 9,  8,  7,  6,  5,  4,  3,  2,  1,  0,
                                          26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 27, 28, 29, 30, 35, 34, 33,
                                          32, 31, 45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40, 54, 53, 52,
                                          51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65};
  return mirror.at(static_cast<std::size_t>(index));
}

cv::Point2d mean_of(const Landmarks& landmarks, std::initializer_list<int> indices) {
  cv::Point2d sum;
  for (const int index : indices) sum += cv::Point2d(landmarks.at(static_cast<std::size_t>(index)));
  return sum * (1.0 / static_cast<double>(indices.size()));
}

/// `outward` is +1 at the picture's right, -1 at its left, 0 on the mid-line.
Push placed(const ActionPush& push, double weight, int landmark, double outward, const Landmarks& landmarks,
            const FacePose& pose) {
  const double unit = pose.inter_ocular_px;
  const cv::Point2d anchor(landmarks.at(static_cast<std::size_t>(landmark)));
  return {anchor + pose.right * (outward * push.lateral_offset * unit) + pose.down * (push.down_offset * unit),
          (pose.right * (outward * push.lateral) + pose.down * push.down) * weight, push.radius * unit};
}

}  // namespace

FacePose face_pose(const Landmarks& landmarks) {
  const cv::Point2d left = mean_of(landmarks, {36, 37, 38, 39, 40, 41});
  const cv::Point2d right = mean_of(landmarks, {42, 43, 44, 45, 46, 47});
  FacePose pose{};
  pose.inter_ocular_px = std::hypot(right.x - left.x, right.y - left.y);
  pose.right = (right - left) * (1 / pose.inter_ocular_px);
  pose.down = {-pose.right.y, pose.right.x};
  pose.middle = mean_of(landmarks, {27, 30, 33, 51, 57, 8});
  return pose;
}

std::vector<Push> expression_pushes(const std::string& expression, const Landmarks& landmarks) {
  const auto& all = expressions();
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& e) { return expression == e.name; });
  if (found == all.end()) throw_unknown_name("expression", expression, animated_expressions());

  const FacePose pose = face_pose(landmarks);
  std::vector<Push> pushes;
  for (const auto& [unit, weight] : found->units)
    for (const ActionPush& push : action_units().at(unit)) {
      const int mirror = mirrored_landmark(push.landmark);
      if (mirror == push.landmark) {
        pushes.push_back(placed(push, weight, push.landmark, 0, landmarks, pose));
      } else {
        pushes.push_back(placed(push, weight, push.landmark, -1, landmarks, pose));
        pushes.push_back(placed(push, weight, mirror, 1, landmarks, pose));
      }
    }
  return pushes;
}

FaceSide moving_side(const std::string& expression, FaceSide asked) {
  return expression == "contempt" && asked == FaceSide::both ? FaceSide::right : asked;
}

const std::vector<std::string>& animated_expressions() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> result;
    for (const Expression& expression : expressions()) result.emplace_back(expression.name);
    return result;
  }();
  return names;
}

}  // namespace merkit
