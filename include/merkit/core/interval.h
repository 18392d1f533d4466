#pragma once

#include <optional>

namespace merkit {

/// A span of frames, both ends included, in the frame numbers of the source.
struct Interval {
  int onset = 0;            ///< first frame of the expression
  std::optional<int> apex;  ///< frame of greatest intensity, if known
  int offset = 0;           ///< last frame of the expression

  /// Number of frames, ends included; 0 when the interval is empty (offset < onset).
  int length() const;

  /// onset <= apex <= offset (apex ignored when absent).
  bool is_valid() const;

  /// The annotated apex, or the middle frame where there is none (the usual choice for SMIC).
  int apex_or_middle() const;
};

/// Intersection over union of the two frame sets, in 0..1; counting is inclusive, so [1,2] and [2,3] give 1/3.
double iou(const Interval& a, const Interval& b);

}  // namespace merkit
