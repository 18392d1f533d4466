// What a user meets before any clip is read: help, wrong words, settings, models, catalogue.
#include "cli/run_merkit.h"
#include "support/temporary_folder.h"
#include "support/test_data.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace merkit::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const char* kCommands[] = {"run",        "align", "flow",   "spot",    "recognize", "train",
                           "evaluate",   "synth", "models", "methods", "cache",     "doctor",
                           "completion", "loso",  "merge",  "report",  "explain"};

TEST(Help, GoesToStdoutAndNamesEveryCommand) {
  const RunResult result = run_merkit({"--help"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.err, IsEmpty());
  for (const char* command : kCommands) EXPECT_THAT(result.out, HasSubstr("  " + std::string(command))) << command;
}

TEST(Help, EveryCommandHasItsOwn) {
  for (const char* command : kCommands) {
    const RunResult result = run_merkit({command, "--help"});
    EXPECT_EQ(result.exit_code, 0) << command;
    EXPECT_THAT(result.out, HasSubstr("--help")) << command;
  }
}

TEST(Usage, WrongWordsNameTheNearestAndExitWith2) {
  const struct {
    std::vector<std::string> arguments;
    const char* message;
  } cases[] = {
      {{"rnu"}, "unknown command \"rnu\"; did you mean \"run\"?"},
      {{"run", "x", "--modle", "y"}, "unknown option of run \"--modle\"; did you mean \"--model\"?"},
      {{"methods", "show", "stsnet"}, "unknown method \"stsnet\"; did you mean \"ststnet\"?"},
      {{"spot", "x", "--method", "strain_peak"}, "unknown method \"strain_peak\"; did you mean \"strain_peaks\"?"},
      {{"spot", "x", "--set", "no_such_key=1"}, "--set:/methods/strain_peaks/no_such_key is not a known setting"},
      {{"spot", "x", "--set", "face.widht=1"}, "--set:/face/widht is not a known setting"},
      {{"spot", "x", "--set", "face.width=1"}, "--set:/face/width must be in 32..1024, got 1"},
      {{"spot", "x", "--set", "face.width=wide"}, "--set:/face/width has the wrong type: \"wide\""},
      {{"spot", "x", "--set", "face.width"}, "--set face.width: write path.to.key=value"},
      {{"spot", "x", "--set", "methods.nothing.a=1"}, "unknown method \"nothing\""},
      {{"spot", "x", "--method", "ststnet"}, "method \"ststnet\" recognizes, it does not spot"},
      {{"run"}, "no clips given"},
  };
  for (const auto& wrong : cases) {
    const RunResult result = run_merkit(wrong.arguments);
    EXPECT_EQ(result.exit_code, 2) << wrong.message;
    EXPECT_THAT(result.err, HasSubstr(wrong.message));
    EXPECT_THAT(result.out, IsEmpty());
  }
}

TEST(Usage, SettingsFilesAreNamedInErrors) {
  const TemporaryFolder folder;
  std::ofstream(folder / "my.json") << R"({"face": {"size": 3}})";
  const RunResult result = run_merkit({"spot", "x", "--config", folder / "my.json"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("my.json:/face/size is not a known setting"));
}

TEST(Usage, EnvironmentVariablesAreSettingsBelowFlags) {
  EXPECT_THAT(run_merkit({"spot", "x"}, {{"MERKIT_FACE__WIDTH", "1"}}).err,
              HasSubstr("$MERKIT_FACE__WIDTH:/face/width must be in 32..1024, got 1"));
  EXPECT_EQ(run_merkit({"spot", "/nonexistent", "--set", "face.width=64"}, {{"MERKIT_FACE__WIDTH", "1"}}).exit_code, 1);
}

TEST(Usage, TheUsersOwnSettingsFileIsRead) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "merkit");
  std::ofstream(folder / "merkit/config.json") << R"({"seeed": 3})";
  const RunResult result = run_merkit({"spot", "x"}, {{"XDG_CONFIG_HOME", folder.path().string()}});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("merkit/config.json:/seeed is not a known setting"));
}

TEST(Models, WhenNoneIsFoundEveryPlaceSearchedIsListed) {
  const RunResult result = run_merkit({"models", "show", "nosuchmodel"}, {{"MERKIT_MODEL_PATH", "/first:/second"}});
  EXPECT_EQ(result.exit_code, 4);
  for (const char* place : {"/first", "/second", "share/merkit/models", "nosuchmodel"})
    EXPECT_THAT(result.err, HasSubstr(place));
}

TEST(Models, AForeignFileIsRefusedWithExit4) {
  const TemporaryFolder folder;
  std::ofstream(folder / "text.safetensors") << "this is no model file";
  const RunResult result = run_merkit({"models", "verify", folder / "text.safetensors"});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(result.err, HasSubstr("text.safetensors"));
}

TEST(Models, TheDefaultModelIsFoundAndWhole) {
  const RunResult result = run_merkit({"models", "verify", "ststnet-composite"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, StartsWith("ok  ststnet-composite  ststnet  sha256:"));
}

TEST(Methods, ListAndShowAreValidJson) {
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"methods", "--format", "json"},
                                                                     {"methods", "show", "ststnet", "--format", "json"},
                                                                     {"models", "show", "ststnet-composite"},
                                                                     {"models", "list", "--format", "json"},
                                                                     {"doctor", "--format", "json"}}) {
    const RunResult result = run_merkit(arguments);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const TemporaryFolder folder;
    std::ofstream(folder / "out.json") << result.out;
    const RunResult valid = run_program({MERKIT_SOURCE_DIR "/scripts/validate_json.py", folder / "out.json"});
    EXPECT_EQ(valid.exit_code, 0) << valid.out << valid.err;
  }
}

TEST(Methods, StstnetHasThePapersNumberOfParameters) {
  const auto shown = nlohmann::json::parse(run_merkit({"methods", "show", "ststnet", "--format", "json"}).out);
  EXPECT_EQ(shown["parameters"], 1683);
}

TEST(Completion, BashAcceptsIt) {
  const TemporaryFolder folder;
  std::ofstream(folder / "merkit.bash") << run_merkit({"completion", "bash"}).out;
  const RunResult completed =
      run_program({"bash", "-c",
                   "source '" + (folder / "merkit.bash").string() +
                       "'; COMP_WORDS=(merkit rec); COMP_CWORD=1; _merkit; echo \"${COMPREPLY[@]}\"; "
                       "COMP_WORDS=(merkit run --format js); COMP_CWORD=3; _merkit; echo \"${COMPREPLY[@]}\"; "
                       "COMP_WORDS=(merkit run --pict); COMP_CWORD=2; _merkit; echo \"${COMPREPLY[@]}\""});
  EXPECT_EQ(completed.out, "recognize\njson jsonl\n--pictures\n") << completed.err;
}

TEST(Completion, TheManualNamesEveryOptionOfEveryCommand) {
  const std::string page = run_merkit({"completion", "man"}).out;
  EXPECT_THAT(page, StartsWith(".TH MERKIT 1"));
  for (const char* text : {"\\-\\-save\\-signal", "\\-\\-apex\\-policy", "\\-\\-amplitude", ".SH EXIT STATUS"})
    EXPECT_THAT(page, HasSubstr(text));
}

}  // namespace
}  // namespace merkit::testing
