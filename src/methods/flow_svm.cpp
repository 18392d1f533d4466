// Support vector machine on the values of the onset-to-apex motion image, standardised over the training samples.
// Cortes, Vapnik: Support-Vector Networks, Machine Learning 20, 1995, doi:10.1007/BF00994018; solved by libsvm: Chang,
// Lin, ACM TIST 2(3), 2011, doi:10.1145/1961189.1961199.
//
// What one gets without a network from the input that STSTNet reads. The defaults are those of scikit-learn's SVC with
// C = 3 and class_weight = "balanced" after a StandardScaler. A model file holds the motion images of its support
// vectors, which is most of the training set: its terms are those of the data.

#include "classical/svm_recognizer.h"
#include "methods/method_list.h"
#include "motion/sample_motion.h"

namespace merkit {
namespace {

struct FlowSvmConfig {
  svm::SvmConfig svm;
  MotionInputConfig input;
};

template <class Visitor>
void fields(Visitor&& visit, FlowSvmConfig& c) {
  fields(visit, c.svm);
  visit("input", c.input, "the motion image");
}

struct FlowSvm {
  using Config = FlowSvmConfig;
  static constexpr const char* kMethod = "flow_svm";
  static constexpr const char* kInputKind = kSampleMotionKind;

  /// Map by map, row by row.
  static svm::Features features(const Config& config) {
    const auto size = static_cast<std::size_t>(config.input.size);
    const auto values = [input = config.input](const Sample& sample) {
      std::vector<float> result;
      for (const cv::Mat1f& map : sample_motion(sample, input)) result.insert(result.end(), map.begin(), map.end());
      return result;
    };
    return {config.svm, config.input.channels.size() * size * size, values};
  }
};

}  // namespace

Method catalog::flow_svm() {
  return svm::method<FlowSvm>("support vector machine on the onset-to-apex motion image",
                              "Cortes, Vapnik, Machine Learning 20, 1995, doi:10.1007/BF00994018");
}

}  // namespace merkit
