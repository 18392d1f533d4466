#pragma once

#include "merkit/core/label_set.h"
#include "merkit/pictures/signal_chart.h"
#include "merkit/pipeline/analyze.h"

#include <filesystem>

namespace merkit {

/// Writes the clip once more (MP4, same times, no sound), small ones enlarged, with the outline and the landmarks of
/// the face that was followed, the signal below, and type, class and confidence of an interval while it lasts. As many
/// frames as were analysed. Memory does not grow with the length. Throws MachineError, and Interrupted, which leaves no
/// file.
void write_annotated_video(const std::filesystem::path& file, const ClipRequest& request, const ClipAnalysis& analysis,
                           const SignalChart& chart, const LabelSet& labels);

}  // namespace merkit
