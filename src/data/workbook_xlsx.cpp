#include "data/workbook_file.h"
#include "data/xml_reader.h"
#include "data/zip_parts.h"
#include "merkit/core/error.h"

#include <charconv>
#include <filesystem>
#include <map>
#include <utility>

namespace fs = std::filesystem;

// An .xlsx is a zip of XML files (ECMA-376 part 1). Only the cells matter here: workbook.xml names the sheets, its
// relations say which file each is, and text is mostly an index into sharedStrings.xml. Styles, drawings, pivot tables
// and formulas are never looked at.

namespace merkit {
namespace {

bool ends_with(const std::string& text, const std::string& ending) {
  return text.size() >= ending.size() && text.compare(text.size() - ending.size(), ending.size(), ending) == 0;
}

struct Relation {
  std::string type, part;  ///< the last word of its type, and the file inside the zip
};

/// The relations of a part, by id: kept beside it in _rels/NAME.rels, targets relative to its folder.
class Relations : public XmlReader {
 public:
  explicit Relations(fs::path folder) : folder_(std::move(folder)) {}
  void begin(const std::string& name, const Attributes& attributes) override {
    if (name != "Relationship" || attribute_of(attributes, "TargetMode") == "External") return;
    const std::string& type = attribute_of(attributes, "Type");
    const fs::path target = attribute_of(attributes, "Target");
    const fs::path whole = target.is_absolute() ? target.relative_path() : folder_ / target;
    by_id[attribute_of(attributes, "Id")] = {type.substr(type.rfind('/') + 1), whole.lexically_normal().string()};
  }
  void text(const std::string&) override {}
  void end(const std::string&) override {}

  std::map<std::string, Relation> by_id;

 private:
  fs::path folder_;
};

/// Names and relation ids of the sheets, in their order.
class SheetList : public XmlReader {
 public:
  void begin(const std::string& name, const Attributes& attributes) override {
    if (name == "sheet") sheets.emplace_back(attribute_of(attributes, "name"), attribute_of(attributes, "id"));
  }
  void text(const std::string&) override {}
  void end(const std::string&) override {}

  std::vector<std::pair<std::string, std::string>> sheets;
};

/// Collects the text of <t> elements, runs of rich text joined, without the phonetic guide of <rPh>.
class TextRuns {
 public:
  void begin(const std::string& name) {
    if (name == "t") in_text_ = true;
    if (name == "rPh") in_guide_ = true;
  }
  void text(const std::string& piece) {
    if (in_text_ && !in_guide_) text_ += piece;
  }
  void end(const std::string& name) {
    if (name == "t") in_text_ = false;
    if (name == "rPh") in_guide_ = false;
  }
  std::string take() { return std::exchange(text_, {}); }

 private:
  bool in_text_ = false, in_guide_ = false;
  std::string text_;
};

class SharedText : public XmlReader {
 public:
  void begin(const std::string& name, const Attributes&) override { runs_.begin(name); }
  void text(const std::string& piece) override { runs_.text(piece); }
  void end(const std::string& name) override {
    runs_.end(name);
    if (name == "si") texts.push_back(runs_.take());
  }

  std::vector<std::string> texts;

 private:
  TextRuns runs_;
};

/// The cells of one sheet.
class SheetCells : public XmlReader {
 public:
  SheetCells(const std::vector<std::string>& shared, WorkbookCells& cells, std::string origin)
      : shared_(shared), cells_(cells), origin_(std::move(origin)) {}

  void begin(const std::string& name, const Attributes& attributes) override {
    if (name == "row") {
      begin_row(attribute_of(attributes, "r"));
    } else if (name == "c") {
      begin_cell(attribute_of(attributes, "r"));
      type_ = attribute_of(attributes, "t");
    } else if (name == "v") {
      in_value_ = true;
    } else {
      inline_text_.begin(name);
    }
  }

  void text(const std::string& piece) override {
    if (in_value_) value_ += piece;
    inline_text_.text(piece);
  }

  void end(const std::string& name) override {
    inline_text_.end(name);
    if (name == "v") in_value_ = false;
    if (name == "row") ++row_;
    if (name != "c") return;
    const std::string written = std::exchange(value_, {}), inlined = inline_text_.take();
    cells_.set(row_, column_, type_ == "inlineStr" ? inlined : meaning(written));
    ++column_;
  }

 private:
  void begin_row(const std::string& number) {
    column_ = 0;
    if (!number.empty()) row_ = whole_number(number, "a row number") - 1;
  }

  /// "AB12"; without it a cell follows the one before.
  void begin_cell(const std::string& reference) {
    if (reference.empty()) return;
    std::size_t i = 0, column = 0;
    for (; i < reference.size() && reference[i] >= 'A' && reference[i] <= 'Z' && i < 4; ++i)
      column = column * 26 + static_cast<std::size_t>(reference[i] - 'A' + 1);
    if (column == 0) fail("a cell reference", reference);
    column_ = column - 1;
    row_ = whole_number(reference.substr(i), "a cell reference") - 1;
  }

  std::string meaning(const std::string& written) const {
    if (written.empty() || type_ == "e") return {};
    if (type_ == "str" || type_ == "d") return written;
    if (type_ == "b") return written == "0" || written == "false" ? "FALSE" : "TRUE";
    if (type_ == "s") {
      const std::size_t index = whole_number(written, "an index of a text", 0);
      if (index >= shared_.size()) fail("an index of a text", written);
      return shared_[index];
    }
    double number = 0;
    const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), number);
    if (error != std::errc() || end != written.data() + written.size()) fail("a number", written);
    return cell_number(number);
  }

  std::size_t whole_number(const std::string& text, const char* what, std::size_t least = 1) const {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < least) fail(what, text);
    return number;
  }

  [[noreturn]] void fail(const char* what, const std::string& text) const {
    throw InputError(origin_ + ": row " + std::to_string(row_ + 1) + ": not " + what + ": \"" + text + "\"",
                     "the file is damaged; save it again as .xlsx or CSV");
  }

  const std::vector<std::string>& shared_;
  WorkbookCells& cells_;
  std::string origin_, type_, value_;
  TextRuns inline_text_;
  std::size_t row_ = 0, column_ = 0;
  bool in_value_ = false;
};

class XlsxFile {
 public:
  XlsxFile(const std::string& bytes, const std::string& origin) : origin_(origin), zip_(bytes, origin) {
    if (zip_.has("mimetype")) refuse("an OpenDocument file");
    workbook_ = part_of_type("_rels/.rels", "", "officeDocument", "xl/workbook.xml");
    if (ends_with(workbook_, ".bin")) refuse("a binary workbook (.xlsb)");
    if (!zip_.has(workbook_)) refuse("a zip archive without a workbook");
  }

  std::vector<Sheet> read() {
    const fs::path folder = fs::path(workbook_).parent_path();
    const std::string relations_part = (folder / "_rels" / fs::path(workbook_).filename()).string() + ".rels";
    const auto relations = relations_of(relations_part, folder);
    SheetList list;
    read_part(workbook_, list);
    if (list.sheets.empty()) throw InputError(origin_ + ": the workbook names no sheet");
    SharedText shared;
    const std::string texts = part_of_type(relations_part, folder, "sharedStrings", "");
    if (!texts.empty()) read_part(texts, shared);
    WorkbookCells cells(origin_);
    for (const auto& [name, id] : list.sheets) {
      const auto found = relations.find(id);
      if (found == relations.end()) throw InputError(origin_ + ": damaged: sheet \"" + name + "\" is in no file");
      if (found->second.type != "worksheet") continue;  // a chart on a sheet of its own
      cells.begin_sheet(name);
      SheetCells sheet(shared.texts, cells, origin_ + ": sheet \"" + name + "\"");
      read_part(found->second.part, sheet);
    }
    return cells.take();
  }

 private:
  void read_part(const std::string& part, XmlReader& reader) const {
    read_xml(zip_.read(part), origin_ + ": " + part, reader);
  }

  std::map<std::string, Relation> relations_of(const std::string& part, const fs::path& folder) const {
    Relations relations(folder);
    if (zip_.has(part)) read_part(part, relations);
    return relations.by_id;
  }

  /// The part that the relations name for this type, or `otherwise`.
  std::string part_of_type(const std::string& part, const fs::path& folder, const char* type,
                           const char* otherwise) const {
    for (const auto& [id, relation] : relations_of(part, folder))
      if (relation.type == type) return relation.part;
    return otherwise;
  }

  [[noreturn]] void refuse(const std::string& what) const {
    throw InputError(origin_ + ": " + what + ", expected .xlsx, .xls or .csv",
                     "open it in a spreadsheet program and save it as .xlsx or CSV");
  }

  const std::string& origin_;
  ZipParts zip_;
  std::string workbook_;
};

}  // namespace

std::vector<Sheet> read_xlsx(const std::string& bytes, const std::string& origin) {
  return XlsxFile(bytes, origin).read();
}

}  // namespace merkit
