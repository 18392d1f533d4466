#pragma once

#include "merkit/evaluation/evaluation.h"
#include "report/html/markup.h"

namespace merkit::html {

/// What is said of spotted intervals under a heading: figures, recognition of what was spotted, people, and each
/// interval.
void spotting(Markup& page, const Evaluation::Spotting& spotting, const std::string& heading);

}  // namespace merkit::html
