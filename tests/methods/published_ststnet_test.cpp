// The weights that the authors of STSTNet publish, imported and run on their own motion images, against the logits that
// PyTorch computes from them.

#include "merkit/core/error.h"
#include "merkit/core/files.h"
#include "merkit/data/manifest.h"
#include "merkit/methods/catalog.h"
#include "support/temporary_folder.h"
#include "support/test_data.h"

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

namespace merkit {
namespace {

namespace fs = std::filesystem;
using merkit::testing::data_directory;
using merkit::testing::TemporaryFolder;
using ::testing::HasSubstr;

const std::string kScript = std::string(MERKIT_SOURCE_DIR) + "/scripts/import_pytorch.py";

std::string in_quotes(const fs::path& path) { return "'" + path.string() + "'"; }

int exit_code(const std::string& command) {
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool has_python_torch() {
  static const bool has = exit_code("/usr/bin/python3 -c 'import torch, numpy' 2>/dev/null") == 0;
  return has;
}

int import(const fs::path& weights, const fs::path& model, const std::string& options = "", const fs::path& log = "") {
  return exit_code("/usr/bin/python3 " + in_quotes(kScript) + " " + in_quotes(weights) + " --method ststnet -o " +
                   in_quotes(model) + " " + options + " 2>" + (log.empty() ? "/dev/null" : in_quotes(log)));
}

/// All weights of a folder in one process: loading torch takes longer than importing.
int import_all(const fs::path& weights, const fs::path& models) {
  const std::string code =
      "import sys, pathlib; sys.path.insert(0, sys.argv[1]); sys.dont_write_bytecode = True; import import_pytorch\n"
      "weights, models = map(pathlib.Path, sys.argv[2:])\n"
      "for file in sorted(weights.glob('*.pth')):\n"
      "  sys.argv[1:] = [str(file), '--method', 'ststnet', '-o', str(models / (file.stem + '.safetensors'))]\n"
      "  if import_pytorch.main(): sys.exit(str(file))\n";
  return exit_code("/usr/bin/python3 -c \"" + code + "\" " + in_quotes(fs::path(kScript).parent_path()) + " " +
                   in_quotes(weights) + " " + in_quotes(models) + " 2>/dev/null");
}

/// The ready motion image of a clip: files hold R=u, G=v, B=strain, which OpenCV reads as B, G, R.
Sample sample_of(const fs::path& image_file) {
  Sample sample;
  sample.id = image_file.stem().string();
  cv::Mat image = cv::imread(image_file.string(), cv::IMREAD_COLOR), reversed;
  const int order[] = {0, 2, 1, 1, 2, 0};
  reversed.create(image.size(), image.type());
  cv::mixChannels(&image, 1, &reversed, 1, order, 3);
  sample.motion_image = reversed;
  return sample;
}

TEST(PublishedStstnet, GivesTheReferenceLogits) {
  MERKIT_NEEDS_DATA("ststnet/reference_logits.csv");
  MERKIT_NEEDS_DATA("composite-flow/images");
  if (!has_python_torch()) GTEST_SKIP() << "needs python3-torch";
  const TemporaryFolder folder;
  ASSERT_EQ(import_all(data_directory() / "ststnet/weights", folder.path()), 0);
  std::map<std::string, std::unique_ptr<Recognizer>> by_subject;
  const auto records = parse_csv(read_file(data_directory() / "ststnet/reference_logits.csv"), "reference_logits.csv");
  double greatest_difference = 0;
  int clips = 0, agreeing = 0;
  for (std::size_t i = 1; i < records.size(); ++i) {
    const auto& row = records[i].values;  // clip_id, dataset, subject, emotion, predicted, three logits
    auto& recognizer = by_subject[row.at(2)];
    if (!recognizer) {
      recognizer = load_recognizer(ModelFile::read(folder / (row.at(2) + ".safetensors")));
      EXPECT_EQ(recognizer->parameter_count(), 1683);
    }
    const Prediction prediction =
        recognizer->recognize(sample_of(data_directory() / "composite-flow/images" / (row.at(0) + ".png")));
    ASSERT_EQ(prediction.logits.size(), 3u);
    for (std::size_t k = 0; k < 3; ++k) {
      const double difference = std::abs(prediction.logits[k] - std::stod(row.at(5 + k)));
      EXPECT_LT(difference, 1e-3) << row.at(0);
      greatest_difference = std::max(greatest_difference, difference);
    }
    agreeing += recognizer->labels().name(prediction.label) == row.at(4);
    ++clips;
  }
  EXPECT_EQ(clips, 309);
  EXPECT_EQ(agreeing, 309);
  EXPECT_EQ(by_subject.size(), 40u);
  RecordProperty("greatest_difference", std::to_string(greatest_difference));
}

TEST(ImportPytorch, RecordsWhereAModelComesFrom) {
  MERKIT_NEEDS_DATA("ststnet/weights/s01.pth");
  if (!has_python_torch()) GTEST_SKIP() << "needs python3-torch";
  const TemporaryFolder folder;
  const fs::path weights = data_directory() / "ststnet/weights/s01.pth";
  ASSERT_EQ(import(weights, folder / "m.safetensors", "--subjects smic/s02,smic/s01,smic/s03 --held-out smic/s01"), 0);
  const ModelFile model = ModelFile::read(folder / "m.safetensors");
  EXPECT_EQ(model.info.method, "ststnet");
  EXPECT_EQ(model.info.licence, "unknown");
  EXPECT_THAT(model.info.subjects, ::testing::ElementsAre("smic/s02", "smic/s03"));
  EXPECT_THAT(model.info.labels, ::testing::ElementsAre("negative", "positive", "surprise"));
  EXPECT_THAT(model.info.provenance, HasSubstr("imported from s01.pth (sha256 "));
  const auto layout =
      find_method("ststnet").make_recognizer(default_config("ststnet"), LabelSet(model.info.labels))->tensor_layout();
  ASSERT_EQ(layout.size(), model.tensors.size());
  for (std::size_t i = 0; i < layout.size(); ++i) EXPECT_EQ(layout[i].name, model.tensors[i].name);
}

/// Runs Python code that writes a weights file "w.pth" into `folder`, then imports it.
int import_made(const TemporaryFolder& folder, const std::string& code) {
  std::ofstream(folder / "make.py") << "import torch, collections\n" << code << "\n";
  if (exit_code("cd " + in_quotes(folder.path()) + " && /usr/bin/python3 make.py") != 0) return -1;
  return import(folder / "w.pth", folder / "m.safetensors", "", folder / "log");
}

/// A state dictionary of the right form, as Python.
const char* const kGoodState = R"(
s = collections.OrderedDict()
for i, f in enumerate([3, 5, 8], 1):
    s[f'conv{i}.weight'] = torch.ones(f, 3, 3, 3)
    s[f'conv{i}.bias'] = torch.zeros(f)
    for n in ('weight', 'bias', 'running_mean', 'running_var'): s[f'bn{i}.{n}'] = torch.ones(f)
    s[f'bn{i}.num_batches_tracked'] = torch.tensor(4)
s['fc.weight'] = torch.ones(3, 400)
s['fc.bias'] = torch.tensor([1.0, 2.0, 3.0])
)";

TEST(ImportPytorch, TakesTheZipFormatAndCheckpointsToo) {
  if (!has_python_torch()) GTEST_SKIP() << "needs python3-torch";
  const TemporaryFolder folder;
  EXPECT_EQ(import_made(folder, std::string(kGoodState) + "torch.save(s, 'w.pth')"), 0);
  EXPECT_NO_THROW(load_recognizer(ModelFile::read(folder / "m.safetensors")));
  EXPECT_EQ(import_made(folder, std::string(kGoodState) + "torch.save({'state_dict': s, 'epoch': 3}, 'w.pth')"), 0);
}

TEST(ImportPytorch, ListsEveryTensorThatDoesNotFit) {
  if (!has_python_torch()) GTEST_SKIP() << "needs python3-torch";
  const TemporaryFolder folder;
  EXPECT_EQ(
      import_made(folder, std::string(kGoodState) +
                              "del s['conv2.bias']\ns['fc.weight'] = torch.ones(5, 400)\ns['extra'] = torch.ones(1)\n"
                              "s['bn1.weight'][0] = float('nan')\ntorch.save(s, 'w.pth')"),
      4);
  const std::string log = read_file(folder / "log");
  EXPECT_THAT(log, HasSubstr("missing: conv2.bias F32 [5]"));
  EXPECT_THAT(log, HasSubstr("fc.weight: has F32 [5, 400], expected F32 [3, 400]"));
  EXPECT_THAT(log, HasSubstr("not part of the method: extra"));
  EXPECT_THAT(log, HasSubstr("bn1.weight: holds values that are not finite"));
  EXPECT_FALSE(fs::exists(folder / "m.safetensors"));
}

TEST(ImportPytorch, ExecutesNothingFromAWeightsFile) {
  if (!has_python_torch()) GTEST_SKIP() << "needs python3-torch";
  for (const char* legacy : {"True", "False"}) {
    const TemporaryFolder folder;
    EXPECT_EQ(import_made(folder, std::string("import os\nclass Evil:\n"
                                              "  def __reduce__(self): return (os.mkdir, ('") +
                                      (folder / "executed").string() +
                                      "',))\ntorch.save({'a': Evil()}, 'w.pth', _use_new_zipfile_serialization=" +
                                      legacy + ")"),
              4);
    EXPECT_FALSE(fs::exists(folder / "executed"));
  }
}

TEST(ImportPytorch, RefusesForeignFilesAndWrongUsage) {
  if (!has_python_torch()) GTEST_SKIP() << "needs python3-torch";
  const TemporaryFolder folder;
  std::ofstream(folder / "w.pth") << "these are no weights";
  EXPECT_EQ(import(folder / "w.pth", folder / "m.safetensors"), 4);
  EXPECT_EQ(import(folder / "absent.pth", folder / "m.safetensors"), 4);
  EXPECT_EQ(import(folder / "w.pth", folder / "m.safetensors", "--held-out a/b"), 2);
  EXPECT_EQ(import(folder / "w.pth", folder / "m.safetensors", "--labels a,,b"), 2);
  EXPECT_EQ(import(folder / "w.pth", folder / "m.safetensors", "--method nothing"), 2);
}

}  // namespace
}  // namespace merkit
