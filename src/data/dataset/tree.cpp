#include "data/dataset/tree.h"

#include "data/dataset/text.h"
#include "merkit/core/error.h"
#include "merkit/core/frame_name.h"

#include <algorithm>
#include <charconv>
#include <regex>
#include <sstream>

namespace fs = std::filesystem;

namespace merkit::dataset {
namespace {

constexpr int kDeepestBeginning = 3;

std::vector<std::string> segments_of(const std::string& pattern) {
  std::vector<std::string> segments;
  std::istringstream stream(pattern);
  for (std::string segment; std::getline(stream, segment, '/');) segments.push_back(segment);
  return segments;
}

/// A template segment, ready to be held against names.
class Segment {
 public:
  /// What is known is put in; the rest becomes groups, named in order.
  Segment(const std::string& pattern, const Fields& known) {
    std::string expression;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      const std::size_t close = pattern[i] == '{' ? pattern.find('}', i) : std::string::npos;
      if (close != std::string::npos) {
        const std::string field = pattern.substr(i, close - i + 1);
        const std::string name = field.substr(1, std::min(field.find(':'), field.size() - 1) - 1);
        if (known.count(name)) {
          append(filled(field, known), expression);
        } else {
          groups_.push_back(name);
          expression += "(.+)";
        }
        i = close;
      } else if (pattern[i] == '*') {
        open_ = true;
        expression += ".*";
      } else {
        append(std::string(1, pattern[i]), expression);
      }
    }
    open_ = open_ || !groups_.empty();
    if (open_) regex_ = std::regex(expression, std::regex::icase);
    literal_ = folded(literal_);
  }

  bool fits(const std::string& name, Fields& captured) const {
    if (!open_) return folded(name) == literal_;
    std::smatch match;
    if (!std::regex_match(name, match, regex_)) return false;
    for (std::size_t i = 0; i < groups_.size(); ++i) captured[groups_[i]] = match[i + 1].str();
    return true;
  }

  bool open() const { return open_; }

 private:
  void append(const std::string& text, std::string& expression) {
    literal_ += text;
    for (const char c : text) {
      if (!std::isalnum(static_cast<unsigned char>(c))) expression += '\\';
      expression += c;
    }
  }

  bool open_ = false;
  std::string literal_;
  std::vector<std::string> groups_;
  std::regex regex_;
};

}  // namespace

const std::vector<Tree::Entry>& Tree::list(const fs::path& folder) {
  const auto [at, is_new] = listings_.try_emplace(folder);
  if (!is_new) return at->second;
  std::error_code error;
  for (fs::directory_iterator it(root_ / folder, error), end; !error && it != end; it.increment(error))
    at->second.push_back({it->path().filename().string(), it->is_directory()});
  if (error)
    throw InputError("cannot list " + (root_ / folder).string() + ": " + error.message(), "check its permissions");
  std::sort(at->second.begin(), at->second.end(), [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return at->second;
}

/// Folders in which a path that starts with this segment may begin, the shallowest level that has any.
std::vector<fs::path> Tree::beginnings(const std::string& segment) {
  const Segment first(segment, {});
  if (first.open()) return {fs::path()};
  const auto [at, is_new] = beginnings_.try_emplace(segment);
  if (!is_new) return at->second;
  std::vector<fs::path> level{fs::path()};
  Fields none;
  for (int depth = 0; depth <= kDeepestBeginning && at->second.empty(); ++depth) {
    std::vector<fs::path> next;
    for (const auto& folder : level)
      for (const auto& entry : list(folder)) {
        if (first.fits(entry.name, none) && (at->second.empty() || at->second.back() != folder))
          at->second.push_back(folder);
        if (entry.folder) next.push_back(folder / entry.name);
      }
    level = std::move(next);
  }
  return at->second;
}

void Tree::descend(const fs::path& folder, const std::vector<std::string>& segments, std::size_t at,
                   const Fields& known, const Fields& captured, bool files, std::vector<Match>& matches) {
  if (at == segments.size()) {
    matches.push_back({folder, captured});
    return;
  }
  Fields all = known;
  all.insert(captured.begin(), captured.end());
  const Segment segment(segments[at], all);
  const bool want_file = files && at + 1 == segments.size();
  const std::size_t before = matches.size();
  const std::string own_name = folded(folder.filename().string());
  for (const auto& entry : list(folder)) {
    if (segment.open() && folded(entry.name) == own_name) continue;  // such a folder is passed through below
    Fields fields = captured;
    if (entry.folder != want_file && entry.name.front() != '.' && segment.fits(entry.name, fields))
      descend(folder / entry.name, segments, at + 1, known, fields, files, matches);
  }
  // Archives often unpack into a folder of their own name inside a folder of the same name.
  if (matches.size() != before || folder.empty()) return;
  for (const auto& entry : list(folder))
    if (entry.folder && folded(entry.name) == own_name)
      descend(folder / entry.name, segments, at, known, captured, files, matches);
}

std::vector<Match> Tree::find(const std::string& pattern, const Fields& fields, bool files) {
  const auto segments = segments_of(pattern);
  std::vector<Match> matches;
  for (const auto& folder : beginnings(segments.front())) descend(folder, segments, 0, fields, {}, files, matches);
  if (!matches.empty()) return matches;
  const Segment first(segments.front(), {});
  Fields none;
  const std::string own_name = fs::absolute(root_).lexically_normal().filename().string();
  if (!first.open() && segments.size() > 1 && first.fits(own_name, none))
    descend({}, segments, 1, fields, {}, files, matches);
  return matches;
}

const std::set<int>& Tree::frames(const fs::path& folder) {
  const auto [at, is_new] = frames_.try_emplace(folder);
  if (!is_new) return at->second;
  for (const auto& entry : list(folder)) {
    if (entry.folder || !is_picture_name(entry.name)) continue;
    const std::string digits = last_digit_run(fs::path(entry.name).stem().string());
    int number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (!digits.empty() && error == std::errc{} && end == digits.data() + digits.size()) at->second.insert(number);
  }
  return at->second;
}

}  // namespace merkit::dataset
