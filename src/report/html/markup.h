#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace merkit::html {

/// Names and values; values are escaped when written.
using Attributes = std::vector<std::pair<std::string_view, std::string>>;

/// Text as it may stand in markup: & < > " and ' become entities, control characters that no document may hold become
/// U+FFFD, as do bytes that are not UTF-8.
std::string escaped(std::string_view text);

/// Writes HTML that is well-formed XML as well: every element is closed, every text escaped.
class Markup {
 public:
  /// An element that is open as long as this lives.
  class Scope {
   public:
    Scope(Markup& markup, std::string tag) : markup_(&markup), tag_(std::move(tag)) {}
    Scope(Scope&& other) noexcept : markup_(std::exchange(other.markup_, nullptr)), tag_(std::move(other.tag_)) {}
    Scope& operator=(Scope&&) = delete;
    ~Scope() {
      if (markup_) markup_->close(tag_);
    }

   private:
    Markup* markup_;
    std::string tag_;
  };

  /// Opens an element; what is written while the scope lives is inside it.
  [[nodiscard]] Scope inside(std::string_view tag, const Attributes& attributes = {});

  /// A whole element with text in it.
  void element(std::string_view tag, std::string_view text, const Attributes& attributes = {});

  /// An element that HTML never closes: meta, img, br.
  void empty_element(std::string_view tag, const Attributes& attributes);

  void text(std::string_view text) { out_ += escaped(text); }

  /// Markup of our own making, not escaped: the style sheet, the document type.
  void raw(std::string_view markup) { out_ += markup; }

  const std::string& str() const { return out_; }

 private:
  void open(std::string_view tag, const Attributes& attributes);
  void close(const std::string& tag);

  std::string out_;
};

}  // namespace merkit::html
