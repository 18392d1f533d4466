#include "data/dataset/layout.h"

#include "core/strict_json.h"
#include "merkit/core/error.h"
#include "merkit/core/files.h"
#include "merkit/data/dataset.h"

#include <algorithm>
#include <set>

namespace fs = std::filesystem;

namespace merkit::dataset {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kDeepestLayout = 8;

/// One JSON object of the file: members are taken by name, and what nobody took is an error.
class ObjectReader {
 public:
  ObjectReader(const Json& object, std::string place) : object_(object), place_(std::move(place)) {
    if (!object.is_object()) throw ConfigError(place_ + " must be an object");
  }

  template <class T>
  void operator()(const char* key, T& to) {
    known_.insert(key);
    const auto found = object_.find(key);
    if (found == object_.end()) return;
    try {
      if constexpr (std::is_same_v<T, std::optional<int>>)
        to = found->get<int>();
      else
        found->get_to(to);
    } catch (const nlohmann::json::exception&) {
      throw ConfigError(place_ + "/" + key + " has the wrong type: " + found->dump());
    }
  }

  const Json* child(const char* key) {
    known_.insert(key);
    const auto found = object_.find(key);
    return found == object_.end() ? nullptr : &*found;
  }

  /// `read(element, place)` for each element of a list.
  template <class Read>
  void list(const char* key, Read read) {
    const Json* values = child(key);
    if (!values) return;
    const std::string place = place_ + "/" + key;
    if (!values->is_array()) throw ConfigError(place + " must be a list");
    for (std::size_t i = 0; i < values->size(); ++i) read((*values)[i], place + "/" + std::to_string(i));
  }

  std::string place(const char* key) const { return place_ + "/" + key; }
  const std::string& place() const { return place_; }

  void done() const {
    for (const auto& [key, value] : object_.items())
      if (!known_.count(key)) throw ConfigError(place_ + "/" + key + " is not a known setting");
  }

 private:
  const Json& object_;
  std::string place_;
  std::set<std::string> known_;
};

void read_members(ObjectReader& read, TableLayout& table) {
  read("files", table.files);
  read("sheets", table.sheets);
  read("columns", table.columns);
  read("positions", table.positions);
  read("required", table.required);
  if (table.columns.empty() && table.positions.empty())
    throw ConfigError(read.place() + " must have columns or positions");
}

TableLayout table_layout(const Json& json, const std::string& place) {
  ObjectReader read(json, place);
  TableLayout table;
  read_members(read, table);
  read.done();
  return table;
}

JoinLayout join_layout(const Json& json, const std::string& place) {
  ObjectReader read(json, place);
  JoinLayout join;
  read_members(read, join.table);
  read("key", join.key);
  read("take", join.take);
  read.done();
  return join;
}

Derivation derivation(const Json& json, const std::string& place) {
  ObjectReader read(json, place);
  Derivation result;
  read("name", result.name);
  read("from", result.from);
  read("match", result.match);
  read("to", result.to);
  read("map", result.map);
  read("otherwise", result.otherwise);
  read("expected", result.expected);
  read.done();
  if (result.name.empty() || result.from.empty()) throw ConfigError(place + " needs \"name\" and \"from\"");
  return result;
}

Variant variant(const Json& json, const std::string& place) {
  ObjectReader read(json, place);
  Variant result;
  read("name", result.name);
  read("frames", result.frames);
  read("nominal", result.nominal);
  read("beside", result.beside);
  read("sheet", result.sheet);
  read("video", result.video);
  read("frame_base", result.frame_base);
  read.done();
  if (result.frames.empty()) throw ConfigError(place + "/frames must name at least one folder");
  return result;
}

IntervalRules interval_rules(const Json& json, const std::string& place) {
  ObjectReader read(json, place);
  IntervalRules rules;
  read("missing", rules.missing);
  read("zero_offset_is_apex", rules.zero_offset_is_apex);
  read("zero_apex_is_missing", rules.zero_apex_is_missing);
  read("zero_onset_is_doubtful", rules.zero_onset_is_doubtful);
  read("clear_outside_apex", rules.clear_outside_apex);
  read("round_fractions", rules.round_fractions);
  read("source", rules.source);
  read.done();
  return rules;
}

Correction correction(const Json& json, const std::string& place) {
  ObjectReader read(json, place);
  Correction result;
  read("subject", result.subject);
  read("clip", result.clip);
  read("row", result.row);
  read("rows", result.rows);
  if (const Json* raw = read.child("raw")) {
    ObjectReader of_raw(*raw, read.place("raw"));
    of_raw("onset", result.raw_onset);
    of_raw("apex", result.raw_apex);
    of_raw("offset", result.raw_offset);
    of_raw.done();
  }
  if (const Json* set = read.child("set")) {
    ObjectReader of_set(*set, read.place("set"));
    of_set("onset", result.onset);
    of_set("apex", result.apex);
    of_set("offset", result.offset);
    of_set.done();
  }
  static const std::map<std::string, Correction::When> names = {{"always", Correction::When::always},
                                                                {"contradictory", Correction::When::contradictory},
                                                                {"frames_missing", Correction::When::frames_missing}};
  std::string when = "always";
  read("when", when);
  if (!names.count(when))
    throw ConfigError(read.place("when") + " must be always, contradictory or frames_missing, got \"" + when + "\"");
  result.when = names.at(when);
  read("reason", result.reason);
  read("source", result.source);
  read.done();
  if (result.reason.empty() || result.source.empty()) throw ConfigError(place + " needs a reason and a source");
  if (result.clip.empty() != result.row.has_value() || result.row.has_value() != result.rows.has_value())
    throw ConfigError(place + " must name a clip, or a row together with the number of rows");
  return result;
}

/// {"clips": 159, "emotions": {"anger": 57}} as {"clips": 159, "emotions/anger": 57}.
Expectation expectation(const Json& json, const std::string& place) {
  if (!json.is_object()) throw ConfigError(place + " must be an object");
  Expectation result;
  const auto number = [&](const Json& value, const std::string& key) {
    if (!value.is_number_unsigned()) throw ConfigError(place + "/" + key + " must be a number of clips");
    result.counts[key] = value.get<int>();
  };
  for (const auto& [key, value] : json.items()) {
    if (key == "what" && value.is_string())
      result.what = value.get<std::string>();
    else if (value.is_object())
      for (const auto& [inner, count] : value.items()) number(count, key + "/" + inner);
    else
      number(value, key);
  }
  return result;
}

void read_engine_part(ObjectReader& read, DatasetLayout& layout) {
  read("fps", layout.fps);
  read("frame_base", layout.frame_base);
  read("modality", layout.modality);
  read("first_source_only", layout.first_source_only);
  read("more_intervals", layout.more_intervals);
  read("one_hot", layout.one_hot);
  read("agree", layout.agree);
  read("clip_id", layout.clip_id);
  read("video", layout.video);
  read("output", layout.output);
  read.list("sources", [&](const Json& json, const std::string& place) {
    ObjectReader of_source(json, place);
    Source source;
    of_source("files", source.files);
    of_source("set", source.set);
    of_source.done();
    layout.sources.push_back(source);
  });
  if (const Json* table = read.child("table")) layout.table = table_layout(*table, read.place("table"));
  if (const Json* rules = read.child("rules")) layout.rules = interval_rules(*rules, read.place("rules"));
  const auto into = [](auto& list, auto make) {
    return [&list, make](const Json& json, const std::string& place) { list.push_back(make(json, place)); };
  };
  read.list("joins", into(layout.joins, join_layout));
  read.list("derive", into(layout.derive, derivation));
  read.list("variants", into(layout.variants, variant));
  read.list("corrections", into(layout.corrections, correction));
}

}  // namespace

const Variant* DatasetLayout::find_variant(const std::string& variant_name) const {
  for (const auto& candidate : variants)
    if (candidate.name == variant_name) return &candidate;
  return nullptr;
}

DatasetLayout read_layout(const fs::path& file) {
  Json json;
  try {
    json = parse_strict_json(read_file(file), kDeepestLayout);
  } catch (const InputError&) {
    throw;
  } catch (const std::runtime_error& error) {
    throw ConfigError(file.string() + " is not JSON: " + error.what());
  }
  DatasetLayout layout;
  layout.file = file;
  ObjectReader read(json, file.string() + ":");
  std::vector<std::string> remarks;  // for readers of the file
  read("remarks", remarks);
  read("name", layout.name);
  read("title", layout.title);
  read("summary", layout.summary);
  read_engine_part(read, layout);
  read("composite_of", layout.composite_of);
  read("composite_protocol", layout.composite_protocol);
  if (const Json* expect = read.child("expect")) layout.expect.push_back(expectation(*expect, read.place("expect")));
  read.list("expect_or", [&](const Json& alternative, const std::string& place) {
    layout.expect.push_back(expectation(alternative, place));
  });
  if (const Json* soft = read.child("expect_soft")) layout.expect_soft = expectation(*soft, read.place("expect_soft"));
  read.done();
  if (layout.name != file.stem()) throw ConfigError(file.string() + ":/name must be the file's, got " + layout.name);
  if (layout.title.empty()) throw ConfigError(file.string() + ":/title is missing");
  if (layout.composite_of.empty() && (layout.variants.empty() || layout.sources.empty() || layout.clip_id.empty()))
    throw ConfigError(file.string() + " must have variants, sources and clip_id");
  return layout;
}

DatasetLayout find_layout(const std::string& name) {
  std::vector<std::string> known;
  for (const auto& entry : dataset_names()) known.push_back(entry.name);
  if (std::find(known.begin(), known.end(), name) == known.end()) throw_unknown_name("data set", name, known);
  return read_layout(find_resource("configs/datasets/" + name + ".json"));
}

}  // namespace merkit::dataset

namespace merkit {

std::vector<DatasetName> dataset_names() {
  std::vector<DatasetName> names;
  for (const auto& entry : fs::directory_iterator(find_resource("configs/datasets"))) {
    if (entry.path().extension() != ".json") continue;
    const auto layout = dataset::read_layout(entry.path());
    names.push_back({layout.name, layout.title, layout.summary});
  }
  std::sort(names.begin(), names.end(), [](const DatasetName& a, const DatasetName& b) { return a.name < b.name; });
  return names;
}

}  // namespace merkit
