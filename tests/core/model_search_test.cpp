#include "merkit/core/error.h"
#include "merkit/core/files.h"
#include "merkit/core/model_file.h"
#include "support/temporary_folder.h"

#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit {
namespace {

using merkit::testing::TemporaryFolder;
using ::testing::HasSubstr;

/// Sets an environment variable for one test.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old, had_ = true;
    setenv(name, value.c_str(), 1);
  }
  ~Variable() { had_ ? setenv(name_, old_.c_str(), 1) : unsetenv(name_); }

 private:
  const char* name_;
  std::string old_;
  bool had_ = false;
};

TEST(ModelSearch, GoesThroughTheDirectoriesInOrder) {
  const Variable path("MERKIT_MODEL_PATH", "/first::/second"), data("XDG_DATA_HOME", "/data");
  const auto directories = model_directories("/given");
  ASSERT_GE(directories.size(), 5u);
  EXPECT_EQ(directories[0], "/given");
  EXPECT_EQ(directories[1], "/first");
  EXPECT_EQ(directories[2], "/second");
  EXPECT_EQ(directories[3], "/data/merkit/models");
  EXPECT_EQ(directories[4], resource_roots()[0] / "models");
}

TEST(ModelSearch, FindsAModelByNameOrFile) {
  const TemporaryFolder folder, other;
  const Variable path("MERKIT_MODEL_PATH", other.path().string());
  std::ofstream(other / "far.safetensors") << "x";
  std::ofstream(folder / "near.safetensors") << "x";
  std::ofstream(other / "near.safetensors") << "x";
  EXPECT_EQ(find_model("near", folder.path()), folder / "near.safetensors");
  EXPECT_EQ(find_model("near.safetensors", folder.path()), folder / "near.safetensors");
  EXPECT_EQ(find_model("far", folder.path()), other / "far.safetensors");
  EXPECT_EQ(find_model((other / "far.safetensors").string()), other / "far.safetensors");
}

TEST(ModelSearch, ListsEveryDirectoryWhenThereIsNoSuchModel) {
  const Variable path("MERKIT_MODEL_PATH", "/nowhere/at/all");
  try {
    find_model("absent", "/given");
    FAIL();
  } catch (const ModelError& error) {
    EXPECT_THAT(error.what(), HasSubstr("cannot find a model named \"absent\""));
    EXPECT_THAT(error.what(), HasSubstr("\n  /given\n  /nowhere/at/all\n"));
    EXPECT_THAT(error.hint(), HasSubstr("merkit train"));
  }
  EXPECT_THROW(find_model("/no/such/file.safetensors"), ModelError);
}

}  // namespace
}  // namespace merkit
