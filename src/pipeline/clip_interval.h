#pragma once

#include "merkit/data/manifest.h"
#include "merkit/pipeline/prepare_samples.h"

#include <vector>

namespace merkit {

/// The row's onset, apex and offset as frame numbers of the source, of which `numbers` (ascending) are all. There is no
/// apex yet where the policy is to spot one. Throws ClipError(annotation_mismatch).
Interval resolved_interval(const ManifestClip& clip, const std::vector<int>& numbers, ApexPolicy policy);

}  // namespace merkit
