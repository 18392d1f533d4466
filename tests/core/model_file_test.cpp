#include "merkit/core/model_file.h"

#include "core/small_model.h"
#include "merkit/core/error.h"
#include "merkit/core/files.h"
#include "support/temporary_folder.h"

#include <cstring>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace merkit {
namespace {

using namespace merkit::testing;
using ::testing::HasSubstr;

TEST(ModelFile, ComesBackAsItWasWritten) {
  const TemporaryFolder folder;
  ModelFile model = small_model();
  model.write(folder / "my_model.safetensors");
  const ModelFile read = ModelFile::read(folder / "my_model.safetensors");

  EXPECT_EQ(read.info.name, "my_model");
  EXPECT_EQ(read.info.method, "ststnet");
  EXPECT_EQ(read.info.config, model.info.config);
  EXPECT_EQ(read.info.input, "{}");
  EXPECT_EQ(read.info.labels, model.info.labels);
  EXPECT_EQ(read.info.subjects, model.info.subjects);
  EXPECT_EQ(read.info.provenance, model.info.provenance);
  EXPECT_EQ(read.info.licence, "none");
  ASSERT_EQ(read.tensors.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(read.tensors[i].name, model.tensors[i].name);
    EXPECT_EQ(read.tensors[i].dtype, model.tensors[i].dtype);
    EXPECT_EQ(read.tensors[i].shape, model.tensors[i].shape);
    EXPECT_EQ(read.tensors[i].bytes, model.tensors[i].bytes);
  }
}

TEST(ModelFile, HasThePublishedLayout) {
  const auto bytes = written(small_model());
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  EXPECT_EQ(length % 8, 0u);
  const Json header = Json::parse(std::string(reinterpret_cast<const char*>(bytes.data()) + 8, length));
  EXPECT_EQ(header["__metadata__"]["format"], "merkit/model/1");
  EXPECT_EQ(header["__metadata__"]["labels"], R"(["negative","positive"])");
  EXPECT_EQ(header["a.count"]["data_offsets"], Json({16, 24}));
  EXPECT_EQ(header["b.weight"]["shape"], Json({2, 2}));
  EXPECT_EQ(bytes.size(), 8 + length + 16 + 8 + 8 + 3);
}

TEST(ModelFile, HashesThePayloadWithSha256) {
  ModelFile model = small_model();
  model.tensors = {{"abc", "U8", {3}, bytes_of<char>({'a', 'b', 'c'})}};  // the example of FIPS 180-2
  const TemporaryFolder folder;
  model.write(folder / "m.safetensors");
  EXPECT_EQ(model.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(ModelFile::read(folder / "m.safetensors").sha256, model.sha256);
}

TEST(ModelFile, IsWrittenTheSameTwice) { EXPECT_EQ(written(small_model()), written(small_model())); }

TEST(ModelFile, MayHoldNoTensorAtAll) {
  ModelFile model = small_model();
  model.tensors.clear();
  EXPECT_TRUE(ModelFile::parse(written(model), "m").tensors.empty());
}

TEST(ModelFile, RefusesEveryTruncationOfASmallFile) {
  const auto bytes = written(small_model());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_NE(refusal({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)}), "(accepted)") << size;
}

TEST(ModelFile, RefusesTruncationsOfALargerFile) {
  ModelFile model = small_model();
  for (int i = 0; i < 40; ++i)
    model.tensors.push_back({"layer" + std::to_string(i), "F32", {16, 32}, bytes_of(std::vector<float>(512, 0.5f))});
  const auto bytes = written(model);
  ASSERT_GT(bytes.size(), 80000u);
  for (std::size_t size = 0; size < bytes.size(); size += 512)
    EXPECT_NE(refusal({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)}), "(accepted)") << size;
}

TEST(ModelFile, RefusesAByteTooMany) {
  auto bytes = written(small_model());
  bytes.push_back(std::byte{0});
  EXPECT_THAT(refusal(bytes), HasSubstr("its tensors end at 35 of 36 bytes"));
}

TEST(ModelFile, NoticesAChangeOfAnyByteOfThePayload) {
  const auto bytes = written(small_model());
  for (std::size_t i = bytes.size() - 35; i < bytes.size(); ++i) {
    auto damaged = bytes;
    damaged[i] ^= std::byte{1};
    EXPECT_THAT(refusal(damaged), HasSubstr("sha256")) << i;
  }
}

/// Most changes are refused; a letter of free text may well change unnoticed.
TEST(ModelFile, SurvivesAnyByteChangedInTheHeader) {
  const auto bytes = written(small_model());
  for (std::size_t i = 0; i < bytes.size(); ++i)
    for (const int flip : {1, 0x20, 0x80}) {
      auto damaged = bytes;
      damaged[i] ^= static_cast<std::byte>(flip);
      EXPECT_FALSE(refusal(damaged).empty());
    }
}

TEST(ModelFile, RefusesHeaderLengthsBeyondTheFile) {
  for (const std::uint64_t length : {std::uint64_t{100}, std::uint64_t{1} << 32, (std::uint64_t{1} << 63) - 1,
                                     std::uint64_t{1} << 63, std::numeric_limits<std::uint64_t>::max()}) {
    auto bytes = container("{}", 4);
    std::memcpy(bytes.data(), &length, 8);
    EXPECT_THAT(refusal(bytes), HasSubstr("its header claims " + std::to_string(length)));
  }
}

TEST(ModelFile, RefusesHeadersThatAreNoJsonObject) {
  EXPECT_THAT(refusal(container("not json", 0)), HasSubstr("its header is not valid"));
  EXPECT_THAT(refusal(container("", 0)), HasSubstr("its header is not valid"));
  EXPECT_THAT(refusal(container("[1]", 0)), HasSubstr("its header is not a JSON object"));
  EXPECT_THAT(refusal(container("{\"\xff\": 1}", 0)), HasSubstr("its header is not valid"));
  EXPECT_THAT(refusal(container(std::string(100000, '['), 0)), HasSubstr("nested deeper"));
  std::string nested;
  for (int i = 0; i < 100000; ++i) nested += "{\"a\":";
  EXPECT_THAT(refusal(container(nested, 0)), HasSubstr("nested deeper"));
}

TEST(ModelFile, RefusesANameThatStandsTwice) {
  const std::string entry = R"({"dtype":"U8","shape":[4],"data_offsets":[0,4]})";
  EXPECT_THAT(refusal(container(R"({"w":)" + entry + R"(,"w":)" + entry + "}", 4)), HasSubstr("\"w\" stands twice"));
}

TEST(ModelFile, RefusesEntriesThatAreNotTensors) {
  EXPECT_THAT(refused_entry("5"), HasSubstr("must have dtype, shape and data_offsets"));
  EXPECT_THAT(refused_entry(R"({"dtype":"F32","shape":[4]})"), HasSubstr("must have dtype"));
  EXPECT_THAT(refused_entry(R"({"dtype":7,"shape":[4],"data_offsets":[0,16]})"), HasSubstr("dtype must be a string"));
  EXPECT_THAT(refused_entry(R"({"dtype":"F16","shape":[8],"data_offsets":[0,16]})"),
              HasSubstr("has dtype \"F16\"; expected F32, F64, I64 or U8"));
  EXPECT_THAT(refused_entry(R"({"dtype":"F32","shape":4,"data_offsets":[0,16]})"), HasSubstr("shape must be a list"));
  EXPECT_THAT(refused_entry(R"({"dtype":"F32","shape":[4],"data_offsets":[0]})"), HasSubstr("must be two numbers"));
  EXPECT_THAT(refused_entry(R"({"dtype":"F32","shape":[4],"data_offsets":[0.0,16.0]})"), HasSubstr("two numbers"));
}

TEST(ModelFile, RefusesImpossibleShapes) {
  const auto with_shape = [](const std::string& shape) {
    return refused_entry(R"({"dtype":"F32","shape":)" + shape + R"(,"data_offsets":[0,16]})");
  };
  EXPECT_THAT(with_shape("[-4]"), HasSubstr("impossible shape"));
  EXPECT_THAT(with_shape("[18446744073709551615]"), HasSubstr("impossible shape"));
  EXPECT_THAT(with_shape("[4294967296, 4294967296]"), HasSubstr("impossible shape"));
  EXPECT_THAT(with_shape("[4611686018427387904, 4]"), HasSubstr("impossible shape"));  // 2^62 x 4 x 4 bytes wraps to 0
  EXPECT_THAT(with_shape("[2.5]"), HasSubstr("impossible shape"));
  EXPECT_THAT(with_shape("[5]"), HasSubstr("needs 20 bytes for its shape but has 16"));
  EXPECT_THAT(with_shape("[1,1,1,1,1,1,1,1,4]"), HasSubstr("at most 8"));
}

TEST(ModelFile, RefusesOffsetsThatDoNotTileThePayload) {
  EXPECT_THAT(refused_entry(R"({"dtype":"U8","shape":[17],"data_offsets":[0,17]})"), HasSubstr("the file holds 16"));
  EXPECT_THAT(refused_entry(R"({"dtype":"U8","shape":[4],"data_offsets":[8,4]})"), HasSubstr("lies at 8..4"));
  EXPECT_THAT(refused_entry(R"({"dtype":"U8","shape":[4],"data_offsets":[-4,0]})"), HasSubstr("two numbers"));
  EXPECT_THAT(refused_entry(R"({"dtype":"U8","shape":[12],"data_offsets":[4,16]})"), HasSubstr("leaves a gap"));
  EXPECT_THAT(refused_entry(R"({"dtype":"U8","shape":[4],"data_offsets":[0,4]})"), HasSubstr("tensors end at 4 of 16"));
  EXPECT_THAT(refusal(container(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},)"
                                R"("b":{"dtype":"U8","shape":[4],"data_offsets":[3,7]}})",
                                7)),
              HasSubstr("tensor \"b\" overlaps the one before it"));
}

TEST(ModelFile, RefusesValuesThatAreNotFinite) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    auto bytes = written(small_model());
    std::memcpy(bytes.data() + bytes.size() - 35 + 4, &bad, 4);
    EXPECT_THAT(refusal(bytes), HasSubstr("tensor \"b.weight\" holds values that are not finite"));
    ModelFile model = small_model();
    model.tensors[0].bytes = bytes_of<float>({1, bad, 3, 4});
    EXPECT_THROW(written(model), ModelError);
  }
}

TEST(ModelFile, SaysThatAForeignSafetensorsLacksItsMetadata) {
  EXPECT_THAT(refused_entry(R"({"dtype":"F32","shape":[4],"data_offsets":[0,16]})"),
              HasSubstr("lacks merkit's metadata: its format is not given"));
  EXPECT_THAT(refusal(container(R"({"__metadata__":{"format":"pt"}})", 0)), HasSubstr("its format is \"pt\""));
  EXPECT_THAT(refusal(container(R"({"__metadata__":{"format":5}})", 0)), HasSubstr("must be a string"));
}

TEST(ModelFile, RefusesMetadataThatIsIncompleteOrWrong) {
  const Json complete = {{"format", "merkit/model/1"},
                         {"method", "m"},
                         {"config", "{}"},
                         {"input", "{}"},
                         {"labels", R"(["a","b"])"},
                         {"subjects", "[]"},
                         {"provenance", ""},
                         {"licence", ""},
                         {"sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}};
  const auto with = [&](const std::string& key, const Json& value) {
    Json metadata = complete;
    if (value.is_null())
      metadata.erase(key);
    else
      metadata[key] = value;
    return refusal(container(Json{{"__metadata__", metadata}}.dump(), 0));
  };
  EXPECT_EQ(with("licence", "x"), "(accepted)");
  for (const char* key : {"method", "config", "input", "labels", "subjects", "provenance", "licence", "sha256"})
    EXPECT_THAT(with(key, nullptr), HasSubstr("\"" + std::string(key) + "\" is missing"));
  EXPECT_THAT(with("config", "[]"), HasSubstr("\"config\" must be a JSON object"));
  EXPECT_THAT(with("input", "{"), HasSubstr("\"input\" is not valid JSON"));
  EXPECT_THAT(with("config", std::string(5000, '[')), HasSubstr("nested deeper"));
  EXPECT_THAT(with("labels", "{}"), HasSubstr("\"labels\" must be a JSON list of names"));
  EXPECT_THAT(with("labels", "[1]"), HasSubstr("\"labels\" must be a JSON list of names"));
  EXPECT_THAT(with("labels", R"(["a","a"])"), HasSubstr("names \"a\" twice"));
  EXPECT_THAT(with("method", ""), HasSubstr("\"method\" is empty"));
  EXPECT_THAT(with("sha256", "00"), HasSubstr("expected 00"));
}

TEST(ModelFile, DoesNotWriteWhatItCouldNotRead) {
  ModelFile twice = small_model();
  twice.tensors[1].name = twice.tensors[0].name;
  EXPECT_THROW(written(twice), ModelError);
  ModelFile short_of_bytes = small_model();
  short_of_bytes.tensors[0].bytes.pop_back();
  EXPECT_THROW(written(short_of_bytes), ModelError);
  ModelFile no_labels = small_model();
  no_labels.info.labels.clear();
  EXPECT_NO_THROW(written(no_labels)) << "a spotter's model names nothing";
  ModelFile not_utf8 = small_model();
  not_utf8.info.subjects = {"\xff"};
  EXPECT_THROW(written(not_utf8), ModelError);
}

TEST(ModelFile, NamesAFileThatIsNotThereOrIsADirectory) {
  const TemporaryFolder folder;
  EXPECT_THROW(ModelFile::read(folder / "absent.safetensors"), ModelError);
  EXPECT_THROW(ModelFile::read(folder.path()), ModelError);
  EXPECT_THROW(ModelFile::read("/dev/zero"), ModelError);
}

}  // namespace
}  // namespace merkit
