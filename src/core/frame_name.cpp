#include "merkit/core/frame_name.h"

#include <algorithm>

namespace merkit {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool is_picture_name(const std::filesystem::path& name) {
  if (name.string().front() == '.') return false;
  std::string extension = name.extension().string();
  for (char& c : extension)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return extension == ".jpg" || extension == ".jpeg" || extension == ".png" || extension == ".bmp";
}

std::string last_digit_run(const std::string& stem) {
  const auto end = std::find_if(stem.rbegin(), stem.rend(), is_digit);
  return {std::find_if_not(end, stem.rend(), is_digit).base(), end.base()};
}

}  // namespace merkit
