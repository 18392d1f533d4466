#include "data/dataset/convert.h"
#include "data/dataset/records.h"
#include "data/dataset/text.h"
#include "merkit/core/error.h"
#include "merkit/data/protocol.h"

namespace fs = std::filesystem;

namespace merkit::dataset {
namespace {

/// What a protocol sees of a converted clip: its id is the vendor's name for it.
ManifestClip protocol_clip(const Fields& row) {
  ManifestClip clip;
  clip.dataset = row.at("dataset");
  clip.subject = row.at("subject");
  clip.clip_id = row.at("clip");
  clip.emotion = row.at("emotion");
  return clip;
}

/// "casme2_sub01_EP02_01f", "samm_006_1_2": the subject is in it once.
std::string composite_id(const std::string& dataset, const std::string& subject, const std::string& clip) {
  const bool has_subject = clip.rfind(subject + "_", 0) == 0;
  return clip_id_from(dataset + "_" + (has_subject ? clip : subject + "_" + clip));
}

/// Adds the clips of one data set that take part, under the class that the protocol gives them.
void add_part(DatasetConversion& whole, DatasetConversion part, const Protocol& protocol) {
  std::map<std::string, std::string> ids;
  std::size_t unused = 0;
  for (auto& row : part.rows) {
    const auto label = protocol.class_of(protocol_clip(row));
    if (!label) {
      ++unused;
      continue;
    }
    const std::string id = composite_id(part.name, row["subject"], row["clip_id"]);
    ids[row["clip_id"]] = id;
    row["clip_id"] = id;
    row["emotion_original"] = row["emotion"];
    row["emotion"] = protocol.classes[static_cast<std::size_t>(*label)];
    whole.rows.push_back(std::move(row));
  }
  for (auto& repair : part.repairs)
    if (const auto id = ids.find(repair.clip_id); id != ids.end()) {
      repair.clip_id = id->second;
      whole.repairs.push_back(repair);
    }
  whole.sheets.insert(whole.sheets.end(), part.sheets.begin(), part.sheets.end());
  whole.variant += (whole.variant.empty() ? "" : ", ") + part.name + " " + part.variant;
  for (const auto& text : part.left_out) whole.left_out.push_back(part.name + ": " + text);
  for (const auto& text : part.warnings) whole.warnings.push_back(part.name + ": " + text);
  for (const auto& text : part.unmatched_folders) whole.unmatched_folders.push_back(text);
  if (unused > 0)
    whole.warnings.push_back(part.name + ": " + std::to_string(unused) + " clips take no part in protocol " +
                             protocol.name);
}

DatasetConversion from_trees(const DatasetLayout& layout, const DatasetRequest& request) {
  const Protocol protocol = Protocol::find(layout.composite_protocol);
  DatasetConversion whole;
  for (const auto& name : layout.composite_of) {
    DatasetRequest part = request;
    part.name = name;
    part.sheet.clear();
    try {
      add_part(whole, convert_one(find_layout(name), part), protocol);
    } catch (const InputError& error) {
      whole.left_out.push_back(name + ": the whole data set: " + error.what());
    }
  }
  return whole;
}

/// The motion image of a row: the first template that leads to exactly one picture.
std::optional<fs::path> find_image(const Variant& variant, Tree& tree, const Fields& fields) {
  for (const auto& pattern : variant.frames)
    if (const auto found = tree.find(pattern, fields, /*files=*/true);
        found.size() == 1 && found.front().fields.empty())  // otherwise the template has a field that the table lacks
      return found.front().path;
  return std::nullopt;
}

DatasetConversion from_features(const DatasetLayout& layout, const DatasetRequest& request, const Tables& tables) {
  DatasetConversion whole;
  for (const auto& table : tables.tables) whole.sheets.push_back(table->file);
  const bool has_tree = fs::is_directory(request.from);
  if (!has_tree)
    throw InputError("the table of " + layout.title + " needs the folder of its motion images",
                     "give the folder that holds both");
  const Variant& variant = layout.variants.front();
  whole.variant = variant.name;
  Tree tree(request.from);
  for (const auto& record : records_of(layout, tables)) {
    const Fields& fields = record.row.fields;
    const std::string id = composite_id(record.field("dataset"), record.field("subject"), record.field("clip"));
    const auto leave_out = [&](const std::string& why) { whole.left_out.push_back(record.row.place + ": " + why); };
    if (!record.problem.empty()) {
      leave_out(record.problem);
    } else if (const auto image = find_image(variant, tree, fields); !image) {
      leave_out(id + ": no motion image of that name below " + request.from.string());
    } else {
      whole.rows.push_back({{"clip_id", id},
                            {"dataset", record.field("dataset")},
                            {"subject", record.field("subject")},
                            {"clip", record.field("clip")},
                            {"emotion", record.field("emotion")},
                            {"features", manifest_path(request.from / *image, request.manifest)}});
    }
  }
  return whole;
}

}  // namespace

DatasetConversion convert_composite(const DatasetLayout& layout, const DatasetRequest& request) {
  const Tables tables = read_tables(layout, request);
  DatasetConversion whole =
      tables.tables.empty() ? from_trees(layout, request) : from_features(layout, request, tables);
  whole.name = layout.name;
  whole.title = layout.title;
  return whole;
}

}  // namespace merkit::dataset
