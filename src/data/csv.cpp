#include "data/utf8.h"
#include "merkit/data/manifest.h"

#include <cstddef>

namespace merkit {

namespace {

/// Records are written out as JSON later, which has no way to carry other bytes: better to stop here, with the line.
void check_utf8(const std::string& text, const std::string& origin) {
  int line = 1;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text, i);
    if (length == 0)
      throw InputError(origin + ":" + std::to_string(line) + ": not UTF-8 text", "save the table as CSV UTF-8");
    if (text[i] == '\n') ++line;
    i += length;
  }
}

class CsvParser {
 public:
  CsvParser(const std::string& text, const std::string& origin) : text_(text), origin_(origin) {}

  std::vector<CsvRecord> parse() {
    if (text_.compare(0, 3, "\xEF\xBB\xBF") == 0) at_ = 3;
    std::vector<CsvRecord> records;
    while (at_ < text_.size()) {
      if (skip_line_end()) continue;  // a blank line
      records.push_back(record());
    }
    return records;
  }

 private:
  CsvRecord record() {
    CsvRecord result;
    result.line = line_;
    do {
      result.values.push_back(at_ < text_.size() && text_[at_] == '"' ? quoted() : plain());
    } while (skip_comma());
    if (at_ < text_.size() && !skip_line_end()) {
      throw InputError(place(line_) + "text after a closing quote, expected a comma or the end of the line",
                       "write a quote inside a quoted field twice");
    }
    return result;
  }

  std::string plain() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n' && text_[at_] != '\r') ++at_;
    return text_.substr(begin, at_ - begin);
  }

  std::string quoted() {
    const int opened = line_;
    std::string value;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') {
        if (at_ + 1 >= text_.size() || text_[at_ + 1] != '"') {
          ++at_;
          return value;
        }
        ++at_;
      }
      if (text_[at_] == '\n') ++line_;
      value += text_[at_];
    }
    throw InputError(place(opened) + "a quote is opened and never closed");
  }

  bool skip_comma() {
    if (at_ >= text_.size() || text_[at_] != ',') return false;
    ++at_;
    return true;
  }

  bool skip_line_end() {
    if (text_[at_] != '\n' && text_[at_] != '\r') return false;
    if (text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') ++at_;
    ++at_;
    ++line_;
    return true;
  }

  std::string place(int line) const { return origin_ + ":" + std::to_string(line) + ": "; }

  const std::string& text_;
  const std::string& origin_;
  std::size_t at_ = 0;
  int line_ = 1;
};

}  // namespace

std::vector<CsvRecord> parse_csv(const std::string& text, const std::string& origin) {
  check_utf8(text, origin);
  return CsvParser(text, origin).parse();
}

std::string csv_quoted(const std::string& value) {
  const bool edge_space = !value.empty() && (value.front() == ' ' || value.back() == ' ');
  if (!edge_space && value.find_first_of(",\"\r\n") == std::string::npos) return value;
  std::string result = "\"";
  for (const char c : value) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + '"';
}

}  // namespace merkit
