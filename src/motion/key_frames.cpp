#include "motion/key_frames.h"

#include "motion/sample_faces.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace merkit {

int key_frame_distance(const Sample& sample, double share) {
  return static_cast<int>(std::lround(share * (sample.interval.length() - 1)));
}

std::vector<Sample> with_moved_key_frames(const Sample& sample, double share, int count) {
  std::vector<Sample> result = {sample};
  if (sample.faces.empty()) return result;
  const auto& [onset, apex] = onset_and_apex_faces(sample);
  const int farthest = key_frame_distance(sample, share);
  std::vector<std::pair<const AlignedFace*, const AlignedFace*>> pairs;
  const auto may_be = [&](const AlignedFace& face, int from, int to) {
    return face.success && !face.image.empty() && face.segment == onset.segment && face.number >= from &&
           face.number <= to;
  };
  for (const AlignedFace& first : sample.faces) {
    if (!may_be(first, onset.number, onset.number + farthest)) continue;
    for (const AlignedFace& last : sample.faces)
      if (may_be(last, std::max(apex.number - farthest, first.number + 1), apex.number + farthest) &&
          (&first != &onset || &last != &apex))
        pairs.emplace_back(&first, &last);
  }
  std::mt19937 chance(static_cast<unsigned>(sample.interval.length()));
  for (std::size_t left = pairs.size(); left > 0 && static_cast<int>(result.size()) < count; --left) {
    std::swap(pairs[chance() % left], pairs[left - 1]);
    const auto& [first, last] = pairs[left - 1];
    Sample moved;
    moved.id = sample.id;
    moved.dataset = sample.dataset;
    moved.subject = sample.subject;
    moved.interval = {first->number, last->number, std::max(last->number, sample.interval.offset)};
    moved.faces = {*first, *last};
    moved.label = sample.label;
    moved.motion_store = sample.motion_store;
    result.push_back(std::move(moved));
  }
  return result;
}

}  // namespace merkit
