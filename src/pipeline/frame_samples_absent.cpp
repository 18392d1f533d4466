// Stands in for frame_samples.cpp in a build without video support (MERKIT_VIDEO=OFF).
#include "pipeline/frame_samples.h"

namespace merkit {

struct SharedFaceModel::Impl {};
SharedFaceModel::SharedFaceModel(std::filesystem::path) {}
SharedFaceModel::~SharedFaceModel() = default;
std::filesystem::path SharedFaceModel::file() const { return {}; }
std::shared_ptr<const FaceModel> SharedFaceModel::get() const { return nullptr; }

void load_faces(const ManifestClip&, const SampleOptions&, const SharedFaceModel&, Sample&) {
  throw ClipError(Status::unsupported, "this build of merkit reads motion images only, no frames",
                  "build with -DMERKIT_VIDEO=ON");
}

}  // namespace merkit
