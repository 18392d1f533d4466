#include "data/dataset/intervals.h"

#include "data/dataset/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace merkit::dataset {
namespace {

constexpr double kLargestFrame = 2e9;

/// One interval on its way from cells to numbers.
class IntervalReader {
 public:
  IntervalReader(const DatasetLayout& layout, const SheetTable& table, const SheetRow& row,
                 const IntervalContext& context)
      : layout_(layout), table_(table), row_(row), context_(context) {}

  ReadInterval read() {
    result_.onset = cell("onset");
    result_.apex = cell("apex");
    result_.offset = cell("offset");
    if (!result_.problem.empty()) return result_;
    correct();
    apply_rules();
    if (result_.problem.empty() && (!result_.onset || !result_.offset))
      fail(std::string("no ") + (result_.onset ? "offset" : "onset"));
    return result_;
  }

 private:
  std::string raw(const std::string& field) const {
    const auto found = row_.fields.find(field);
    return found == row_.fields.end() ? std::string() : found->second;
  }

  void fail(const std::string& why) {
    if (result_.problem.empty()) result_.problem = why;
  }

  void log(const std::string& field, const std::string& used, const std::string& reason, const std::string& source) {
    result_.repairs.push_back({"", field, raw(field), used, reason, source});
  }

  std::optional<int> cell(const std::string& field) {
    const std::string text = raw(field);
    if (text.empty()) return std::nullopt;
    if (std::count(layout_.rules.missing.begin(), layout_.rules.missing.end(), text) > 0) {
      log(field, "", "\"" + text + "\" stands for no annotation", layout_.rules.source);
      return std::nullopt;
    }
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const auto name = table_.column_names.find(field);
    const std::string column = name == table_.column_names.end() ? field : name->second;
    if (error != std::errc{} || end != text.data() + text.size() || !(number >= 0 && number < kLargestFrame)) {
      fail(column + ": expected a frame number, got \"" + text + "\"");
      return std::nullopt;
    }
    const int rounded = static_cast<int>(std::lround(number));
    if (number != rounded) {
      if (!layout_.rules.round_fractions) fail(column + ": expected a whole frame number, got " + text);
      log(field, std::to_string(rounded), "a fraction of a frame, rounded", layout_.rules.source);
    }
    return rounded;
  }

  static bool contradictory(const ReadInterval& i) {
    if (!i.onset || !i.offset || *i.onset > *i.offset) return true;
    return i.apex && (*i.apex < *i.onset || *i.apex > *i.offset);
  }

  bool on_disk(const ReadInterval& i) const {
    const auto has = [&](std::optional<int> frame) { return !frame || context_.frames->count(*frame) > 0; };
    return context_.frames && !context_.frames->empty() && has(i.onset) && has(i.apex) && has(i.offset);
  }

  bool speaks_of_this(const Correction& c) const {
    if (c.row) {
      if (*c.row != row_.index || *c.rows != static_cast<int>(context_.sheet_rows)) return false;
    } else if (folded(c.clip) != folded(context_.clip) ||
               (!c.subject.empty() && folded(c.subject) != folded(context_.subject))) {
      return false;
    }
    const auto agrees = [](std::optional<int> wanted, std::optional<int> here) { return !wanted || wanted == here; };
    return agrees(c.raw_onset, result_.onset) && agrees(c.raw_apex, result_.apex) &&
           agrees(c.raw_offset, result_.offset);
  }

  /// The first correction that speaks of this row and leads to a valid interval.
  void correct() {
    for (const auto& c : layout_.corrections) {
      if (!speaks_of_this(c)) continue;
      ReadInterval corrected = result_;
      if (c.onset) corrected.onset = c.onset;
      if (c.apex) corrected.apex = c.apex;
      if (c.offset) corrected.offset = c.offset;
      if (contradictory(corrected)) continue;
      if (c.when == Correction::When::contradictory && !contradictory(result_)) continue;
      if (c.when == Correction::When::frames_missing && (!context_.frames || on_disk(result_) || !on_disk(corrected)))
        continue;
      take("onset", result_.onset, c.onset, c);
      take("apex", result_.apex, c.apex, c);
      take("offset", result_.offset, c.offset, c);
      return;
    }
  }

  void take(const char* field, std::optional<int>& to, std::optional<int> from, const Correction& c) {
    if (!from || to == from) return;
    to = from;
    log(field, std::to_string(*from), c.reason, c.source);
  }

  void apply_rules() {
    const auto& rules = layout_.rules;
    auto& [onset, apex, offset, repairs, problem] = result_;
    if (rules.zero_apex_is_missing && apex == 0 && onset.value_or(0) > 0) {
      apex.reset();
      log("apex", "", "an apex of 0 stands for no annotation", rules.source);
    }
    if (rules.zero_offset_is_apex && offset == 0 && apex.value_or(0) > 0) {
      offset = apex;
      log("offset", std::to_string(*apex), "an offset of 0 stands for no annotation; the apex takes its place",
          rules.source);
    }
    if (rules.zero_onset_is_doubtful && onset == 0)
      log("onset", "0", "kept, but doubtful: the expression was under way before, or is over-long; others leave it out",
          rules.source);
    if (!onset || !offset) return;
    if (*onset > *offset) {
      fail("onset " + std::to_string(*onset) + " lies after offset " + std::to_string(*offset));
    } else if (apex && (*apex < *onset || *apex > *offset)) {
      const std::string what =
          "apex " + std::to_string(*apex) + " lies outside " + std::to_string(*onset) + ".." + std::to_string(*offset);
      if (!rules.clear_outside_apex) return fail(what);
      apex.reset();
      log("apex", "", what + "; treated as not annotated", "merkit");
    }
  }

  const DatasetLayout& layout_;
  const SheetTable& table_;
  const SheetRow& row_;
  const IntervalContext& context_;
  ReadInterval result_;
};

}  // namespace

ReadInterval read_interval(const DatasetLayout& layout, const SheetTable& table, const SheetRow& row,
                           const IntervalContext& context) {
  return IntervalReader(layout, table, row, context).read();
}

}  // namespace merkit::dataset
