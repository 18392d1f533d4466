#pragma once

#include "merkit/core/label_set.h"
#include "merkit/core/model_file.h"
#include "merkit/core/sample.h"
#include "merkit/core/settings.h"

#include <cstdint>
#include <string>
#include <vector>

namespace merkit {

/// Kind of input of the models that need all faces from onset to offset to recognize.
inline constexpr const char* kFaceSequenceKind = "onset_to_offset_faces";

FrameNeed frames_needed(const std::string& input_kind);

/// What a recognizer is, besides what it has learned: the same for every method, and the larger part of ModelInfo.
struct RecognizerIdentity {
  std::string method;
  std::string input_kind;  ///< name of what it reads, stored in model files beside the settings in "input"
  Settings config;         ///< complete; has the member "input"
  LabelSet labels;
};

/// `fit` (subjects, provenance, licence) with the rest filled in from `identity`.
ModelInfo described_model(const ModelInfo& fit, const RecognizerIdentity& identity);

/// The identity that `info` describes: its configuration with its input description laid over it, completed and
/// checked by `resolve`. `present` is that of the recognizer it is read for; labels that are the same keep their
/// mapping. Throws ModelError for another method, another kind of input, or settings this version does not know.
RecognizerIdentity stored_identity(const ModelInfo& info, const RecognizerIdentity& present,
                                   Settings (*resolve)(const Settings&));

/// Names, dtypes and shapes must match exactly, each way. Throws ModelError that lists every difference.
void check_layout(const std::vector<ModelTensor>& expected, const std::vector<ModelTensor>& given,
                  const std::string& model_name);

/// The ModelError for a tensor with fewer or more bytes than its shape needs.
[[noreturn]] void throw_incomplete(const std::string& tensor, const std::string& model_name);

/// "[3, 28, 28]", for messages.
std::string shape_text(const std::vector<std::int64_t>& shape);

}  // namespace merkit
