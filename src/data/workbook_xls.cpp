#include "data/child_process.h"
#include "data/workbook_file.h"
#include "merkit/core/error.h"

#include <cstdint>
#include <cstring>

#include <freexl.h>

// freexl reads past its buffers where a damaged file gives a wrong length (of a shared string, for one), so it runs in
// a child process, and what the child sends is trusted no more than a file.

namespace merkit {
namespace {

const char* const kMend = "open it in a spreadsheet program and save it as .xlsx or CSV";

/// What the child sends: 's' sheet name, 'c' row column text, 'e' message; numbers are four bytes, text has its length
/// before it.
class Messages {
 public:
  void put(char kind) { bytes_ += kind; }
  void put(std::uint32_t number) { bytes_.append(reinterpret_cast<const char*>(&number), sizeof number); }
  void put(const std::string& text) {
    put(static_cast<std::uint32_t>(text.size()));
    bytes_ += text;
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// An open file; a sheet's cells stay in memory until it is closed.
class XlsFile {
 public:
  explicit XlsFile(const std::filesystem::path& file) {
    const int result = freexl_open(file.c_str(), &handle_);
    if (result != FREEXL_OK) fail(result);
  }
  ~XlsFile() { freexl_close(handle_); }
  XlsFile(const XlsFile&) = delete;
  XlsFile& operator=(const XlsFile&) = delete;

  unsigned info(unsigned short what) const {
    unsigned value = 0;
    check(freexl_get_info(handle_, what, &value));
    return value;
  }

  std::string sheet_name(unsigned sheet) const {
    const char* name = nullptr;
    check(freexl_get_worksheet_name(handle_, static_cast<unsigned short>(sheet), &name));
    return name ? name : "";
  }

  void send_sheet(unsigned sheet, Messages& to) const {
    check(freexl_select_active_worksheet(handle_, static_cast<unsigned short>(sheet)));
    unsigned rows = 0;
    unsigned short columns = 0;
    check(freexl_worksheet_dimensions(handle_, &rows, &columns));
    for (unsigned row = 0; row < rows; ++row) {
      for (unsigned short column = 0; column < columns; ++column) {
        const std::string text = cell(row, column);
        if (text.empty()) continue;
        to.put('c');
        to.put(std::uint32_t{row});
        to.put(std::uint32_t{column});
        to.put(text);
      }
    }
  }

 private:
  std::string cell(unsigned row, unsigned short column) const {
    FreeXL_CellValue value;
    check(freexl_get_cell_value(handle_, row, column, &value));
    switch (value.type) {
      case FREEXL_CELL_INT:
        return cell_number(value.value.int_value);
      case FREEXL_CELL_DOUBLE:
        return cell_number(value.value.double_value);
      case FREEXL_CELL_TEXT:
      case FREEXL_CELL_SST_TEXT:
      case FREEXL_CELL_DATE:
      case FREEXL_CELL_DATETIME:
      case FREEXL_CELL_TIME:
        return value.value.text_value ? value.value.text_value : "";
      default:
        return {};
    }
  }

  void check(int result) const {
    if (result != FREEXL_OK) fail(result);
  }

  [[noreturn]] static void fail(int result) {
    if (result == FREEXL_BIFF_WORKBOOK_NOT_FOUND)
      throw InputError("holds no workbook that can be read; it may be protected by a password");
    throw InputError("not a whole .xls file (freexl error " + std::to_string(result) + ")");
  }

  const void* handle_ = nullptr;
};

std::string read_in_child(const std::filesystem::path& file) {
  Messages to;
  try {
    unsigned sheets = 0;
    {
      const XlsFile xls(file);
      if (xls.info(FREEXL_BIFF_PASSWORD) == FREEXL_BIFF_OBFUSCATED) throw InputError("protected by a password");
      sheets = xls.info(FREEXL_BIFF_SHEET_COUNT);
    }
    for (unsigned sheet = 0; sheet < sheets; ++sheet) {
      const XlsFile xls(file);  // opened for each, so that one sheet at a time is in memory
      to.put('s');
      to.put(xls.sheet_name(sheet));
      xls.send_sheet(sheet, to);
    }
  } catch (const InputError& error) {
    to.put('e');
    to.put(std::string(error.what()));
  }
  return to.take();
}

/// Reads what Messages wrote. Throws std::out_of_range where it ends early.
class MessageReader {
 public:
  explicit MessageReader(const std::string& bytes) : bytes_(bytes) {}
  bool done() const { return at_ == bytes_.size(); }
  char kind() { return bytes_.at(at_++); }
  std::uint32_t number() {
    std::uint32_t value = 0;
    const std::string raw = text_of(sizeof value);
    std::memcpy(&value, raw.data(), sizeof value);
    return value;
  }
  std::string text() { return text_of(number()); }

 private:
  std::string text_of(std::size_t length) {
    if (length > bytes_.size() - at_) throw std::out_of_range("a message ends early");
    at_ += length;
    return bytes_.substr(at_ - length, length);
  }

  const std::string& bytes_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<Sheet> read_xls(const std::filesystem::path& file) {
  const std::string damaged = file.string() + ": a damaged .xls file";
  const auto sent = run_in_child([&] { return read_in_child(file); });
  if (!sent) throw InputError(damaged, kMend);
  WorkbookCells cells(file.string());
  try {
    for (MessageReader message(*sent); !message.done();) {
      switch (message.kind()) {
        case 's':
          cells.begin_sheet(message.text());
          break;
        case 'c': {
          const std::uint32_t row = message.number(), column = message.number();
          cells.set(row, column, message.text());
          break;
        }
        case 'e':
          throw InputError(file.string() + ": " + message.text(), kMend);
        default:
          throw InputError(damaged, kMend);
      }
    }
  } catch (const std::out_of_range&) {
    throw InputError(damaged, kMend);
  }
  return cells.take();
}

}  // namespace merkit
