#pragma once

#include "merkit/core/interval.h"
#include "merkit/core/prediction.h"

#include <optional>
#include <string>

namespace merkit {

/// Something that is known to happen in a video.
struct VideoEvent {
  Interval interval;                   ///< in frame numbers of the source
  std::optional<ExpressionType> type;  ///< nothing for what is no expression
  std::string kind;                    ///< as annotated: "micro", "macro", "blink", ...
  std::optional<int> label;            ///< class, where there is one for it
};

}  // namespace merkit
