#include "merkit/data/protocol.h"

#include "merkit/core/error.h"
#include "merkit/core/files.h"
#include "support/temporary_folder.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit {
namespace {

using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using testing::TemporaryFolder;

ManifestClip clip(const std::string& dataset, const std::string& subject, const std::string& id,
                  const std::string& emotion) {
  ManifestClip result;
  result.clip_id = id;
  result.dataset = dataset;
  result.subject = subject;
  result.emotion = emotion;
  return result;
}

TEST(Protocol, AllThatAreInstalledLoadUnderTheirFilesName) {
  EXPECT_THAT(protocol_names(), IsSupersetOf({"megc2019", "casme2_5", "samm_5", "smic_3", "leave_one_dataset_out"}));
  for (const auto& name : protocol_names()) EXPECT_EQ(Protocol::find(name).name, name);
}

TEST(Protocol, Megc2019MapsEachDataSetByItsOwnRule) {
  const Protocol protocol = Protocol::find("megc2019");
  const auto name = [&](const std::string& dataset, const std::string& emotion) -> std::string {
    const auto found = protocol.class_of(clip(dataset, "s", "c", emotion));
    return found ? protocol.classes[*found] : "-";
  };
  EXPECT_EQ(name("casme2", "Happiness "), "positive");
  EXPECT_EQ(name("casme2", "repression"), "negative");
  EXPECT_EQ(name("casme2", "sadness"), "-");  // as in the published list, though it is negative in SAMM
  EXPECT_EQ(name("samm", "Sadness"), "negative");
  EXPECT_EQ(name("samm", "Other"), "-");
  EXPECT_EQ(name("smic_hs", "surprise"), "surprise");
  EXPECT_EQ(name("mmew", "surprise"), "-");  // not one of its data sets
}

TEST(Protocol, DropsTheClipsItNames) {
  const Protocol protocol = Protocol::find("megc2019");
  EXPECT_FALSE(protocol.class_of(clip("casme2", "sub04", "EP12_01f", "happiness")));
  EXPECT_TRUE(protocol.class_of(clip("casme2", "sub05", "EP12_01f", "happiness")));
}

TEST(Protocol, SaysWhichCountsAreNotThePublishedOnes) {
  Protocol protocol = Protocol::find("megc2019");
  protocol.expect = {{"casme2", 2}, {"samm", 1}, {"total", 3}};
  std::vector<ManifestClip> clips{clip("casme2", "s", "1", "happiness"), clip("casme2", "s", "2", "surprise")};
  EXPECT_TRUE(protocol.count_mismatches(clips).empty());  // SAMM is not there at all
  clips.push_back(clip("samm", "s", "3", "Other"));
  EXPECT_THAT(protocol.count_mismatches(clips),
              ::testing::ElementsAre(HasSubstr("samm has 0 clips"), HasSubstr("the whole has 2 clips")));
}

TEST(Protocol, FilesWithErrorsAreRefusedByPath) {
  const TemporaryFolder folder;
  const auto refusal = [&](const std::string& text) -> std::string {
    write_file_atomically(folder / "mine.json", text);
    try {
      Protocol::find((folder / "mine.json").string());
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "not refused";
  };
  const std::string good = R"("name":"mine","classes":["a","b"],"map":{"*":{"x":"a"}})";
  EXPECT_EQ(refusal("{" + good + "}"), "not refused");
  EXPECT_THAT(refusal("{"), HasSubstr("is not JSON"));
  EXPECT_THAT(refusal("[]"), HasSubstr("must hold a JSON object"));
  EXPECT_THAT(refusal("{" + good + R"(,"clases":[]})"), HasSubstr(":/clases is not a known setting"));
  EXPECT_THAT(refusal(R"({"name":"mine","classes":"a"})"), HasSubstr(":/classes has the wrong type"));
  EXPECT_THAT(refusal(R"({"name":"mine","classes":["a"]})"), HasSubstr(":/classes must name at least two"));
  EXPECT_THAT(refusal(R"({"name":"mine","classes":["a","b"],"map":{"*":{"x":"c"}}})"),
              HasSubstr(":/map/*/x leads to \"c\""));
  EXPECT_THAT(refusal("{" + good + R"(,"held_out":"clip"})"), HasSubstr(":/held_out must be subject or dataset"));
}

TEST(Protocol, UnknownNamesListTheKnownOnes) {
  try {
    Protocol::find("megc2018x");
    FAIL() << "not refused";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.hint(), HasSubstr("megc2019"));
  }
}

}  // namespace
}  // namespace merkit
