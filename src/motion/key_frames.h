#pragma once

#include "merkit/core/sample.h"

#include <vector>

namespace merkit {

/// Frames that `share` of the sample's interval comes to, rounded.
int key_frame_distance(const Sample& sample, double share);

/// The sample as annotated, then `count` - 1 like it whose onset is up to key_frame_distance() later and whose apex is
/// up to as much earlier or later: what annotators disagree in. Frames without a face in the onset's pose are passed
/// over. Each has the faces of its own onset and apex alone (the first one has all). Fewer than `count` where there are
/// not as many such pairs; the same ones for the same sample. `share` is in 0..1.
std::vector<Sample> with_moved_key_frames(const Sample& sample, double share, int count);

}  // namespace merkit
