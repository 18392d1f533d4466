// What the model file of every recognizer of the catalogue must do; a new one is tested without another line.

#include "merkit/core/error.h"
#include "merkit/core/files.h"
#include "methods/every_recognizer.h"

#include <cstring>
#include <fstream>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit::testing {
namespace {

using ::testing::HasSubstr;

class EveryModel : public EveryRecognizer {};

TEST_P(EveryModel, GivesTheSameAnswerAfterSaveAndLoad) {
  const TemporaryFolder folder;
  const auto original = fitted();
  original->save(folder / "model.safetensors");
  const ModelFile file = ModelFile::read(folder / "model.safetensors");
  EXPECT_EQ(file.info.method, GetParam().name);
  EXPECT_THAT(file.info.subjects, ::testing::ElementsAre("synthetic/s1", "synthetic/s2"));
  EXPECT_EQ(file.info.provenance, "a test");
  EXPECT_EQ(file.info.licence, "free");
  EXPECT_LE(frames_needed(file.info), GetParam().frames) << "recognition needs no more than learning";

  const auto loaded = load_recognizer(file);
  EXPECT_EQ(loaded->labels(), three_emotions());
  for (const Sample& sample : synthetic_samples(2, 3))
    EXPECT_EQ(original->recognize(sample).scores, loaded->recognize(sample).scores) << sample.id;
  loaded->save(folder / "again.safetensors");
  EXPECT_EQ(read_file(folder / "model.safetensors"), read_file(folder / "again.safetensors"));
}

TEST_P(EveryModel, CountsTheParametersOfAModelAsItCountsItsOwn) {
  const TemporaryFolder folder;
  const auto original = fitted();
  original->save(folder / "model.safetensors");
  EXPECT_GT(original->parameter_count(), 0);
  EXPECT_EQ(load_recognizer(ModelFile::read(folder / "model.safetensors"))->parameter_count(),
            original->parameter_count());
}

TEST_P(EveryModel, NeedsFittingOrLoading) {
  const TemporaryFolder folder;
  const auto recognizer = make();
  EXPECT_THROW(recognizer->recognize(synthetic_samples(1, 1)[0]), ModelError);
  EXPECT_THROW(recognizer->save(folder / "m.safetensors"), ModelError);
}

TEST_P(EveryModel, RefusesModelsThatDoNotFit) {
  const ModelFile good = saved();
  const auto refusal = [&](const ModelFile& model) -> std::string {
    try {
      load_recognizer(model);
    } catch (const ModelError& error) {
      return error.what();
    }
    return "(accepted)";
  };
  EXPECT_EQ(refusal(good), "(accepted)");

  ModelFile model = good;
  model.tensors.pop_back();
  EXPECT_THAT(refusal(model), HasSubstr("missing: " + good.tensors.back().name));
  model = good;
  model.tensors.push_back({"extra", "U8", {1}, {std::byte{1}}});
  EXPECT_THAT(refusal(model), HasSubstr("not part of the method: extra"));
  model = good;
  model.tensors[0].shape.push_back(1);
  EXPECT_THAT(refusal(model), HasSubstr(good.tensors[0].name + ": has "));
  model = good;
  model.tensors[0].bytes.pop_back();
  EXPECT_THAT(refusal(model), HasSubstr("incomplete"));
  model = good;
  model.info.method = "no_such_method";
  EXPECT_THAT(refusal(model), HasSubstr("unknown method"));
  model = good;
  model.info.config = R"({"no_such_setting": 1})";
  EXPECT_THAT(refusal(model), HasSubstr("no_such_setting is not a known setting"));
  model = good;
  model.info.labels.pop_back();
  EXPECT_NE(refusal(model), "(accepted)");

  const auto recognizer = make();
  model = good;
  model.info.method = "another";
  EXPECT_THROW(recognizer->load(model), ModelError);
  EXPECT_THROW(recognizer->recognize(synthetic_samples(1, 1)[0]), ModelError) << "a refused model must leave nothing";
}

TEST_P(EveryModel, RefusesDamagedModelFiles) {
  const TemporaryFolder folder;
  const auto file = folder / "model.safetensors";
  fitted()->save(file);
  const std::string bytes = read_file(file);
  std::ofstream(file, std::ios::binary) << bytes.substr(0, bytes.size() - 4);
  EXPECT_THROW(load_recognizer(ModelFile::read(file)), ModelError);

  ModelFile model = saved();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (ModelTensor& tensor : model.tensors)
    if (tensor.dtype == "F32") std::memcpy(tensor.bytes.data(), &nan, 4);
  EXPECT_THROW(model.write(file), ModelError);
}

TEST_P(EveryModel, DescribesItsTensorsAsItWritesThem) {
  const ModelFile file = saved();
  const auto before = make()->tensor_layout(), layout = load_recognizer(file)->tensor_layout();
  ASSERT_EQ(before.size(), file.tensors.size());
  ASSERT_EQ(layout.size(), file.tensors.size());
  for (std::size_t i = 0; i < layout.size(); ++i) {
    EXPECT_EQ(before[i].name, file.tensors[i].name);
    EXPECT_EQ(before[i].dtype, file.tensors[i].dtype);
    ASSERT_EQ(before[i].shape.size(), file.tensors[i].shape.size());
    for (std::size_t axis = 0; axis < before[i].shape.size(); ++axis)  // 0: only fitting tells
      EXPECT_TRUE(before[i].shape[axis] == file.tensors[i].shape[axis] || before[i].shape[axis] == 0) << before[i].name;
    EXPECT_EQ(layout[i].name, file.tensors[i].name);
    EXPECT_EQ(layout[i].dtype, file.tensors[i].dtype);
    EXPECT_EQ(layout[i].shape, file.tensors[i].shape);
    EXPECT_TRUE(before[i].bytes.empty() && layout[i].bytes.empty());
  }
}

INSTANTIATE_TEST_SUITE_P(Catalogue, EveryModel, ::testing::ValuesIn(recognizers()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace merkit::testing
