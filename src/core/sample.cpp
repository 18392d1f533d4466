#include "merkit/core/sample.h"

#include <algorithm>

namespace merkit {

const AlignedFace* Sample::face_at(int number) const {
  const auto found = std::find_if(faces.begin(), faces.end(), [&](const auto& face) { return face.number == number; });
  return found == faces.end() ? nullptr : &*found;
}

}  // namespace merkit
