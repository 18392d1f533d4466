#pragma once

#include "merkit/face/face_model.h"

#include <memory>

namespace merkit::testing {

/// Loading takes about a second where there is no cache yet: once for all tests of a process.
inline std::shared_ptr<const FaceModel> shared_face_model() {
  static const auto model = std::make_shared<const FaceModel>(FaceModel::find_predictor());
  return model;
}

}  // namespace merkit::testing
