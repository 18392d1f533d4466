#include "merkit/core/prediction.h"

namespace merkit {

std::string_view to_string(ExpressionType type) { return type == ExpressionType::micro ? "micro" : "macro"; }

}  // namespace merkit
