#pragma once

#include "merkit/core/aligned_face.h"
#include "merkit/core/label_set.h"
#include "merkit/core/model_file.h"
#include "merkit/core/prediction.h"
#include "merkit/learning/recognizer.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace merkit {

/// The curve a spotter looks at, for plots and --save-signal; the vectors run in parallel, one entry a frame.
struct SpottingSignal {
  std::vector<int> frames;
  std::vector<double> times_s;
  std::vector<double> values;
  double threshold = 0;
};

struct SpottingResult {
  std::vector<Detection> detections;  ///< in order of onset, not overlapping
  SpottingSignal signal;
};

/// What a spotter has measured of a clip, frame by frame, before it decides anything. Only its maker can read it.
class MeasuredClip {
 public:
  virtual ~MeasuredClip() = default;
};

/// One pass over one clip: aligned faces are pushed in order as they are decoded.
class MeasuringSession {
 public:
  virtual ~MeasuringSession() = default;
  virtual void push(const AlignedFace& face) = 0;
  /// What has been measured of the faces pushed so far. The newest may be left out where what follows them matters.
  virtual std::unique_ptr<MeasuredClip> so_far() = 0;
  /// Once, at the end. Throws ClipError(too_short or no_face).
  virtual std::unique_ptr<MeasuredClip> finish() = 0;
};

/// The same, up to the decision. Nothing but per-frame figures is kept, so memory stays flat.
class SpottingSession {
 public:
  virtual ~SpottingSession() = default;
  virtual void push(const AlignedFace& face) = 0;
  /// What is found in the faces pushed so far; nothing where these are too few. What comes later may change it.
  virtual SpottingResult so_far() = 0;
  /// Once, at the end. Throws ClipError(too_short or no_face).
  virtual SpottingResult finish() = 0;
};

/// An expression that is known to be there.
struct TrueExpression {
  Interval interval;
  ExpressionType type = ExpressionType::micro;
  std::optional<int> label;  ///< class, for spotters that also name what they find
};

/// A clip to learn from.
struct SpottingSample {
  std::string id, dataset, subject;
  double fps = 0;
  std::shared_ptr<const MeasuredClip> measured;
  std::vector<TrueExpression> expressions;  ///< in order of onset; none is an example, too

  std::string subject_key() const { return dataset + "/" + subject; }
};
using SpottingSampleSet = std::vector<SpottingSample>;

/// Finds expressions in a clip. All its durations are seconds; the frame rate is given with the clip.
///
/// What is measured of a clip must not depend on what was learned, so that a clip is measured once for all folds of an
/// evaluation; what is decided from it may.
class Spotter {
 public:
  virtual ~Spotter() = default;

  /// `fps` > 0. Safe to call from many threads; a session belongs to one.
  virtual std::unique_ptr<MeasuringSession> measure(double fps) const = 0;

  /// What start()'s session finds in the same faces. Throws ModelError for a method that finds nothing before it has
  /// learned. Safe to call from many threads.
  virtual SpottingResult spot(const MeasuredClip& clip) const = 0;

  /// Measures and decides. By default all that is measured is held until the end; a method that measures much a frame
  /// overrides this with a session in flat memory. `fps` > 0; safe to call from many threads.
  virtual std::unique_ptr<SpottingSession> start(double fps) const;

  /// Learns thresholds, durations and weights from `training` alone; starts anew from the configuration whatever was
  /// learned before. Deterministic. Throws InputError for a set without a clip or without an expression.
  virtual void fit(const SpottingSampleSet& training, const FitOptions& options, FitObserver& observer) = 0;

  /// Writes a model file (atomically) of what was learned. Throws ModelError unless fitted or loaded.
  virtual void save(const std::filesystem::path& file) const = 0;

  /// Takes over what save() wrote. Throws ModelError when it does not fit the method.
  virtual void load(const ModelFile& model) = 0;

  /// Chooses where to compute from now on, as Recognizer::use_device; methods without a network stay on the CPU.
  virtual std::string use_device(const std::string& device);
};

}  // namespace merkit
