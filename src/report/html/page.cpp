#include "report/html/page.h"

#include "merkit/report/provenance.h"
#include "report/html/style.h"

#include <fmt/format.h>
#include <openssl/evp.h>

namespace merkit::html {
namespace {

void head(Markup& page, const std::string& title) {
  const auto scope = page.inside("head");
  page.empty_element("meta", {{"charset", "utf-8"}});
  page.empty_element("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
  // Without this a browser asks the server for an icon.
  page.empty_element("link", {{"rel", "icon"}, {"href", "data:,"}});
  page.element("title", title);
  const auto style = page.inside("style");
  page.raw(kStyle);
}

}  // namespace

std::string png_address(const std::string& bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return "data:image/png;base64," + text;
}

std::string whole_page(const std::string& title, const std::string& lead, const std::vector<std::string>& command,
                       const std::function<void(Markup&)>& main) {
  Markup page;
  page.raw("<!DOCTYPE html>\n");
  {
    const auto document = page.inside("html", {{"lang", "en"}});
    head(page, title);
    const auto body = page.inside("body");
    {
      const auto header = page.inside("header");
      page.element("h1", title);
      page.element("p", lead, {{"class", "lead"}});
    }
    {
      const auto scope = page.inside("main");
      main(page);
    }
    const auto footer = page.inside("footer");
    page.element("p",
                 "Page made by merkit " + tool_version() + " (" + git_description() + ")" +
                     (command.empty() ? "" : fmt::format(": {}", fmt::join(command, " "))),
                 {{"class", "note"}});
  }
  return page.str();
}

}  // namespace merkit::html
