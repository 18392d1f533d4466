// What a method makes of clips whose onset and apex are not where they should be.
//
//     key_frame_error MANIFEST METHOD GROUPS [KEY=VALUE...]
//
// METHOD learns from MANIFEST's clips as annotated without those of each of GROUPS groups of people, whose clips it is
// then given with the onset later, or the apex earlier or later, by shares of the clip's interval. KEY=VALUE are
// settings of METHOD. Prints UF1 and UAR over seven classes, of all groups together.
#include "learning/training_set.h"
#include "merkit/core/settings.h"
#include "merkit/data/manifest.h"
#include "merkit/evaluation/metrics.h"
#include "merkit/methods/catalog.h"
#include "merkit/pipeline/prepare_samples.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>

namespace {

using merkit::AlignedFace;
using merkit::Sample;

/// How far onset and apex are moved, as shares of the interval.
struct Shift {
  double onset, apex;
};

/// The sample with its key frames at the faces nearest to where the shift puts them.
Sample shifted(const Sample& sample, const Shift& by) {
  const auto moved = [&](int number, double share) {
    const double wanted = number + share * (sample.interval.length() - 1);
    const AlignedFace* nearest = nullptr;
    for (const AlignedFace& face : sample.faces)
      if (face.success && !face.image.empty() &&
          (!nearest || std::abs(face.number - wanted) < std::abs(nearest->number - wanted)))
        nearest = &face;
    return nearest->number;
  };
  Sample result = sample;
  const int apex = moved(sample.interval.apex_or_middle(), by.apex);
  result.interval.onset = std::min(moved(sample.interval.onset, by.onset), apex - 1);
  result.interval.apex = apex;
  return result;
}

struct Silent final : merkit::FitObserver {
  void on_epoch(int, int, double, double) override {}
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const merkit::Method method = merkit::find_method(argv[2]);
  const int groups = std::atoi(argv[3]);
  const std::vector<std::string> classes = {"anger",      "contempt", "disgust", "happiness",
                                            "repression", "sadness",  "surprise"};
  const merkit::LabelSet labels(classes);
  merkit::Settings config = merkit::default_config(argv[2]);
  for (int i = 4; i < argc; ++i) {
    const std::string setting = argv[i];
    config.set(setting.substr(0, setting.find('=')), setting.substr(setting.find('=') + 1), "key_frame_error");
  }
  const merkit::SharedFaceModel faces;
  const auto clips = merkit::Manifest::read(argv[1]).clips;
  merkit::SampleOptions options;
  options.frames = merkit::FrameNeed::onset_to_offset;
  merkit::SampleSet samples(clips.size());
  merkit::for_each_number(clips.size(), 2, [&](std::size_t i) {
    samples[i] = merkit::prepare_sample(clips[i], options, faces);
    samples[i].label = static_cast<int>(std::find(classes.begin(), classes.end(), clips[i].emotion) - classes.begin());
  });
  std::map<std::string, int> number_of;  // of each person
  for (const Sample& sample : samples) number_of.emplace(sample.subject, static_cast<int>(number_of.size()));

  const std::vector<Shift> shifts = {{0, 0},    {0, -0.05}, {0, 0.05}, {0, -0.1}, {0, 0.1},
                                     {0, -0.2}, {0, 0.2},   {0.05, 0}, {0.1, 0},  {0.2, 0}};
  std::vector<std::vector<merkit::Outcome>> found(shifts.size());
  std::mutex mutex;
  merkit::for_each_number(static_cast<std::size_t>(groups), 2, [&](std::size_t group) {
    merkit::SampleSet training, held_out;
    for (const Sample& sample : samples)
      (number_of.at(sample.subject) % groups == static_cast<int>(group) ? held_out : training).push_back(sample);
    const auto recognizer = method.make_recognizer(config, labels);
    Silent observer;
    recognizer->fit(training, {}, observer);
    for (std::size_t i = 0; i < shifts.size(); ++i)
      for (const Sample& sample : held_out) {
        const int named = recognizer->recognize(shifted(sample, shifts[i])).label;
        const std::lock_guard<std::mutex> lock(mutex);
        found[i].push_back({sample.id, sample.dataset, sample.subject_key(), *sample.label, named});
      }
  });
  std::printf("| onset later by | apex later by | UF1 | UAR |\n|---|---|---|---|\n");
  for (std::size_t i = 0; i < shifts.size(); ++i) {
    const merkit::RecognitionMetrics metrics = merkit::recognition_metrics(found[i], labels);
    std::printf("| %.0f %% | %.0f %% | %.3f | %.3f |\n", 100 * shifts[i].onset, 100 * shifts[i].apex, metrics.uf1,
                metrics.uar);
  }
  return 0;
}
