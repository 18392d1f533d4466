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

TEST(Protocol, DropsAClipWhoseIdBeginsWithItsSubject) {
  const Protocol protocol = Protocol::find("megc2019");
  EXPECT_FALSE(protocol.class_of(clip("casme2", "sub04", "sub04_EP12_01f", "happiness")));
  EXPECT_TRUE(protocol.class_of(clip("casme2", "sub05", "sub04_EP12_01f", "happiness")));
}

TEST(Protocol, Megc2018ReadsTheObjectiveClassHoweverItIsWritten) {
  for (const char* name : {"megc2018_composite", "megc2018_holdout"}) {
    const Protocol protocol = Protocol::find(name);
    EXPECT_EQ(protocol.classes, (std::vector<std::string>{"I", "II", "III", "IV", "V"}));
    const auto class_of = [&](const std::string& written) {
      ManifestClip row = clip("samm", "006", "006_1_2", "Anger");
      row.other["objective_class"] = written;
      return protocol.class_of(row).value_or(-1);
    };
    EXPECT_EQ(class_of("1"), 0);
    EXPECT_EQ(class_of("III"), 2);
    EXPECT_EQ(class_of(" iv "), 3);
    EXPECT_EQ(class_of("5"), 4);
    EXPECT_EQ(class_of("6"), -1);  // VI and VII take no part
    EXPECT_EQ(class_of("VII"), -1);
    EXPECT_EQ(class_of(""), -1);
    EXPECT_FALSE(protocol.class_of(clip("samm", "006", "006_1_2", "I"))) << "the emotion is not what is read";
    EXPECT_EQ(protocol.expect.at("total"), protocol.expect.at("casme2") + protocol.expect.at("samm"));
  }
  EXPECT_EQ(Protocol::find("megc2018_composite").held_out, "subject");
  EXPECT_EQ(Protocol::find("megc2018_holdout").held_out, "dataset");
}

TEST(Protocol, AMapOfObjectiveClassesMayUseEitherSpelling) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "mine.json", R"({"name":"mine","label":"objective_class","classes":["a","b"],
                                                 "map":{"*":{"1":"a","ii":"b"}}})");
  const Protocol protocol = Protocol::from_file(folder / "mine.json");
  ManifestClip row = clip("samm", "006", "c", "");
  row.other["objective_class"] = "I";
  EXPECT_EQ(protocol.class_of(row), 0);
  row.other["objective_class"] = "2";
  EXPECT_EQ(protocol.class_of(row), 1);
}

TEST(Protocol, CdmerHoldsOutEitherDataSetOfAPair) {
  for (const char* pair : {"hs_vis", "hs_nir", "vis_nir", "casme2_hs", "casme2_vis", "casme2_nir"}) {
    const Protocol protocol = Protocol::find(std::string("cdmer_") + pair);
    EXPECT_EQ(protocol.held_out, "dataset");
    ASSERT_EQ(protocol.datasets.size(), 2u);
    for (const auto& dataset : protocol.datasets) {
      const std::string joy = dataset == "casme2" ? "happiness" : "positive";
      EXPECT_EQ(protocol.class_of(clip(dataset, "s1", "c", joy)), 1) << pair;
    }
  }
}

TEST(Protocol, SevenExpressionsCountRepressionAndNotFear) {
  const Protocol protocol = Protocol::find("seven_expressions");
  EXPECT_EQ(protocol.classes.size(), 7u);
  EXPECT_TRUE(protocol.class_of(clip("synthetic", "s01", "c", "Repression")));
  EXPECT_FALSE(protocol.class_of(clip("synthetic", "s01", "c", "fear")));
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
  EXPECT_THAT(refusal("{" + good + R"(,"label":"aus"})"), HasSubstr(":/label must be emotion or objective_class"));
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
