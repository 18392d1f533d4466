#pragma once

#include "report/html/markup.h"

#include <functional>
#include <string>
#include <vector>

namespace merkit::html {

/// A whole page: head with style, title and what it is about, what `main` writes, and who made it with which command.
std::string whole_page(const std::string& title, const std::string& lead, const std::vector<std::string>& command,
                       const std::function<void(Markup&)>& main);

/// A PNG file as the address of an image within the page.
std::string png_address(const std::string& bytes);

}  // namespace merkit::html
