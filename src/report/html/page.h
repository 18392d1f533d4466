#pragma once

#include "report/html/markup.h"

#include <functional>
#include <string>
#include <vector>

namespace merkit::html {

/// A whole page, self-contained: heading, what `main` writes, and by which command it was made (argv, or empty).
std::string whole_page(const std::string& title, const std::string& lead, const std::vector<std::string>& command,
                       const std::function<void(Markup&)>& main);

}  // namespace merkit::html
