#pragma once

#include "face/compact_layout.h"
#include "merkit/core/aligned_face.h"

#include <filesystem>
#include <memory>

namespace merkit {

/// Ensemble of regression trees that finds the 68 landmarks in a face box (Kazemi and Sullivan, CVPR 2014,
/// doi:10.1109/CVPR.2014.241), as dlib's shape_predictor trains and stores it, in a form that loads by being mapped
/// into memory: thresholds as whole grey levels (exact, since pixels are whole), leaves as the floats that they are.
/// Coarser leaves would show. The ensemble magnifies small differences: a shape off by 0.001 px reads another pixel,
/// which takes another leaf. Leaves of 16 bits moved a hundredth of the landmarks by 5.9 px on portraits and 2.7 px on
/// video, although their mean error against exact landmarks was the same.
///
/// The arithmetic is that of dlib, operation by operation, and without fused operations, so that the same bytes give
/// the same landmarks on every machine. Only the result differs: its points are not rounded to whole pixels.
class CompactPredictor {
 public:
  /// The compact form of dlib's file `source`, from the cache ($XDG_CACHE_HOME/merkit, else ~/.cache/merkit), where it
  /// is put at first use and made anew when it is damaged or the source has changed. Without a cache that can be
  /// written, it is made in memory. Throws ModelError when the source is missing or is no predictor of 68 points.
  static CompactPredictor open(const std::filesystem::path& source);

  /// Where open() keeps the compact form of `source`; empty when there is no home for caches.
  static std::filesystem::path cache_file(const std::filesystem::path& source);

  /// Landmarks in `box` of a grey picture, in its pixels, with their fractions. A box covers whole pixels: its right
  /// column is x + width - 1. Pixels outside the picture count as black. Safe to call from many threads.
  Landmarks predict(const cv::Mat1b& grey, const cv::Rect& box) const;

 private:
  /// `bytes` must have been checked.
  explicit CompactPredictor(std::shared_ptr<const std::byte> bytes);

  std::shared_ptr<const std::byte> bytes_;
  CompactTables tables_;
};

/// A sealed compact file made from dlib's, by reading dlib's serialisation directly: its integers are a control byte
/// (number of bytes, and the sign in bit 7) and little-endian bytes, its floats a mantissa and an exponent as two such
/// integers. `name` is the file's name for messages. Throws ModelError when `data` is not a complete predictor of 68
/// points, or its cascades differ in size (dlib's trainer makes them alike).
std::vector<std::byte> compact_from_dlib(const std::byte* data, const SourceStamp& source, const std::string& name);

/// How to mend a missing or damaged landmark model.
extern const char* const kLandmarkHint;

}  // namespace merkit
