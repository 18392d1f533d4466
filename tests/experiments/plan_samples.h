#pragma once

#include "merkit/experiments/recognition_plan.h"

namespace merkit::testing {

/// A sample for each clip of a plan, with nothing to see on it.
inline SampleSet samples_of(const RecognitionPlan& plan) {
  SampleSet samples;
  for (const auto& clip : plan.clips) {
    Sample sample;
    sample.id = clip.id;
    sample.dataset = clip.dataset;
    sample.subject = clip.subject;
    sample.label = clip.label;
    samples.push_back(sample);
  }
  return samples;
}

}  // namespace merkit::testing
