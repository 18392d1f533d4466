#include "merkit/learning/recognizer.h"

namespace merkit {

Prediction Recognizer::recognize(const Sample& sample) const {
  std::vector<std::unique_ptr<EncodedSample>> one;
  one.push_back(encode(sample));
  return recognize(one).front();
}

Explanation Recognizer::explain(const Sample& sample) const {
  Explanation explanation;
  explanation.prediction = recognize(sample);
  return explanation;
}

}  // namespace merkit
