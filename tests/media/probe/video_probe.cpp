// video_probe PICTURE VIDEO: a program of its own, because the tests beside it load the plug-in themselves.
// Exit code 0: FFmpeg was loaded when a video was opened, and not before. 5: it could not be; stdout says why.

#include "merkit/core/error.h"
#include "merkit/media/clip_reader.h"

#include <fstream>
#include <iostream>
#include <string>

namespace {

bool is_loaded(const std::string& library) {
  std::ifstream maps("/proc/self/maps");
  std::string line;
  while (std::getline(maps, line))
    if (line.find(library) != std::string::npos) return true;
  return false;
}

}  // namespace

int main(int argument_count, char** arguments) {
  if (argument_count != 3) return 1;
  if (merkit::read_image(arguments[1]).empty()) return 2;
  if (is_loaded("libavcodec") || is_loaded("libopencv_imgcodecs")) return 3;
  try {
    if (!merkit::open_clip(arguments[2])->next()) return 4;
  } catch (const merkit::MachineError& error) {
    std::cout << error.what() << '\n' << error.hint() << '\n';
    return 5;
  }
  return is_loaded("libavcodec") ? 0 : 6;
}
