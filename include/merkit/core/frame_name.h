#pragma once

#include <filesystem>
#include <string>

namespace merkit {

/// Whether a name is that of a frame: jpg, jpeg, png or bmp, and no dotfile (macOS leaves "._img1.jpg" on foreign
/// disks, which is no picture).
bool is_picture_name(const std::filesystem::path& name);

/// The last run of digits of a file name's stem, "05562" of "006_05562": a frame's number. Empty where there is none.
std::string last_digit_run(const std::string& stem);

}  // namespace merkit
