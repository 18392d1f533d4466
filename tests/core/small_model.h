#pragma once

#include "merkit/core/error.h"
#include "merkit/core/files.h"
#include "merkit/core/model_file.h"
#include "support/temporary_folder.h"

#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

// Model files for tests: a small sound one, and containers of any header.

namespace merkit::testing {

using Json = nlohmann::ordered_json;

template <class T>
std::vector<std::byte> bytes_of(const std::vector<T>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

inline ModelFile small_model() {
  ModelFile model;
  model.info.method = "ststnet";
  model.info.config = R"({"dropout": 0.5})";
  model.info.labels = {"negative", "positive"};
  model.info.subjects = {"casme2/sub01", "smic/s1"};
  model.info.provenance = "written by a test";
  model.info.licence = "none";
  model.tensors = {{"b.weight", "F32", {2, 2}, bytes_of<float>({1, 2, 3, 4})},
                   {"a.count", "I64", {}, bytes_of<std::int64_t>({-7})},
                   {"c", "F64", {1}, bytes_of<double>({0.25})},
                   {"d", "U8", {3}, bytes_of<std::uint8_t>({0, 1, 255})}};
  return model;
}

inline std::vector<std::byte> file_bytes(const std::filesystem::path& file) {
  const std::string text = read_file(file);
  std::vector<std::byte> bytes(text.size());
  std::memcpy(bytes.data(), text.data(), text.size());
  return bytes;
}

inline std::vector<std::byte> written(ModelFile model) {
  const TemporaryFolder folder;
  model.write(folder / "model.safetensors");
  return file_bytes(folder / "model.safetensors");
}

/// A container with any header, sound or not.
inline std::vector<std::byte> container(const std::string& header, std::size_t payload) {
  std::vector<std::byte> bytes(8 + header.size() + payload);
  const std::uint64_t length = header.size();
  std::memcpy(bytes.data(), &length, 8);
  std::memcpy(bytes.data() + 8, header.data(), header.size());
  return bytes;
}

inline std::string refusal(const std::vector<std::byte>& bytes) {
  try {
    ModelFile::parse(bytes, "some/file.safetensors");
  } catch (const ModelError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("some/file.safetensors"));
    return error.what();
  }
  return "(accepted)";
}

inline std::string refused_entry(const std::string& entry, std::size_t payload = 16) {
  return refusal(container(R"({"w": )" + entry + "}", payload));
}
}  // namespace merkit::testing
