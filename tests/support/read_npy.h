#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <regex>
#include <stdexcept>
#include <string>

#include <opencv2/core.hpp>

namespace merkit::testing {

/// A motion field kept by NumPy: little-endian float32 of shape (height, width, 2) in C order, as CV_32FC2.
inline cv::Mat2f read_npy_field(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const auto fail = [&](const std::string& why) { throw std::runtime_error(file.string() + ": " + why); };
  char start[10] = {};
  if (!in.read(start, sizeof start) || std::string(start, 6) != "\x93NUMPY" || start[6] != 1)
    fail("not a NumPy file of version 1");
  const auto byte = [&](int i) { return static_cast<unsigned>(static_cast<unsigned char>(start[i])); };
  std::string header(byte(8) + 256 * byte(9), ' ');
  if (!in.read(header.data(), static_cast<std::streamsize>(header.size()))) fail("the header is cut short");

  std::smatch shape;
  const bool known = header.find("'<f4'") != std::string::npos &&
                     header.find("'fortran_order': False") != std::string::npos &&
                     std::regex_search(header, shape, std::regex(R"('shape': \((\d+), (\d+), 2\))"));
  if (!known) fail("expected float32 of shape (height, width, 2), found " + header);
  cv::Mat2f field(std::stoi(shape[1]), std::stoi(shape[2]));
  const auto bytes = static_cast<std::streamsize>(field.total() * field.elemSize());
  if (!in.read(reinterpret_cast<char*>(field.data), bytes) || in.peek() != std::ifstream::traits_type::eof())
    fail("the size of the data does not fit the shape");
  return field;
}

}  // namespace merkit::testing
