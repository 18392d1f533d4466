#include "report/html/markup.h"

namespace merkit::html {
namespace {

constexpr const char* kReplacement = "\xEF\xBF\xBD";  // U+FFFD

/// Length of the UTF-8 sequence that begins at `at`, or 0 where there is none.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  const std::size_t length = first < 0x80                     ? 1
                             : first >= 0xC2 && first <= 0xDF ? 2
                             : first >= 0xE0 && first <= 0xEF ? 3
                             : first >= 0xF0 && first <= 0xF4 ? 4
                                                              : 0;
  if (length == 0 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(at + i) & 0xC0) != 0x80) return 0;
  if (length < 3) return length;
  // Overlong forms, surrogates, and what lies beyond Unicode.
  const unsigned char second = byte(at + 1);
  const bool wrong = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
                     (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F) ||
                     (first == 0xEF && second == 0xBF && byte(at + 2) >= 0xBE);
  return wrong ? 0 : length;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence_length(text, at);
    const char c = text[at];
    const bool control = length == 1 && static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t';
    if (length == 0 || control)
      result += kReplacement;
    else if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else if (c == '"')
      result += "&quot;";
    else if (c == '\'')
      result += "&#39;";
    else
      result += text.substr(at, length);
    at += length ? length : 1;
  }
  return result;
}

void Markup::open(std::string_view tag, const Attributes& attributes) {
  out_ += "<" + std::string(tag);
  for (const auto& [name, value] : attributes) out_ += " " + std::string(name) + "=\"" + escaped(value) + "\"";
}

void Markup::close(const std::string& tag) { out_ += "</" + tag + ">\n"; }

Markup::Scope Markup::inside(std::string_view tag, const Attributes& attributes) {
  open(tag, attributes);
  out_ += ">";
  return {*this, std::string(tag)};
}

void Markup::element(std::string_view tag, std::string_view text, const Attributes& attributes) {
  const Scope scope = inside(tag, attributes);
  out_ += escaped(text);
}

void Markup::empty_element(std::string_view tag, const Attributes& attributes) {
  open(tag, attributes);
  out_ += "/>\n";
}

}  // namespace merkit::html
