#include "merkit/data/manifest.h"

#include "data/manifest_row.h"
#include "merkit/core/files.h"

#include <algorithm>
#include <cctype>
#include <set>

#include <nlohmann/json.hpp>

namespace merkit {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kDeepestJson = 16;

std::string trimmed_name(const std::string& name) {
  const auto begin = name.find_first_not_of(" \t");
  return begin == std::string::npos ? "" : name.substr(begin, name.find_last_not_of(" \t") - begin + 1);
}

/// Column names of the header, in order. Throws InputError for missing and repeated ones.
std::vector<std::string> read_header(const CsvRecord& header, const std::string& origin) {
  std::vector<std::string> columns;
  std::string found;
  for (const auto& value : header.values) {
    const std::string name = trimmed_name(value);
    if (!name.empty() && std::find(columns.begin(), columns.end(), name) != columns.end())
      throw InputError(origin + ":" + std::to_string(header.line) + ": column \"" + name + "\" is there twice");
    columns.push_back(name);
    if (!name.empty()) found += (found.empty() ? "" : ", ") + name;
  }
  const auto has = [&](const char* name) { return std::find(columns.begin(), columns.end(), name) != columns.end(); };
  std::string missing;
  if (!has("clip_id")) missing += ", clip_id";
  if (!has("subject")) missing += ", subject";
  if (!has("frames") && !has("features")) missing += ", frames (or features)";
  if (!missing.empty())
    throw InputError(origin + ":" + std::to_string(header.line) + ": missing column: " + missing.substr(2) +
                         "; found: " + (found.empty() ? "none" : found),
                     "the first line of a manifest names its columns");
  return columns;
}

std::vector<ManifestRow> csv_rows(const std::string& text, const std::string& origin) {
  const auto records = parse_csv(text, origin);
  if (records.empty()) throw InputError(origin + ": the manifest is empty, expected a header and one row a clip");
  const auto columns = read_header(records.front(), origin);
  std::vector<ManifestRow> rows;
  for (std::size_t i = 1; i < records.size(); ++i) {
    const auto& record = records[i];
    ManifestRow row;
    row.place = origin + ":" + std::to_string(record.line);
    row.field_place = [place = row.place](const std::string& column) { return place + ", column " + column; };
    if (record.values.size() != columns.size())
      throw InputError(row.place + ": " + std::to_string(record.values.size()) + " fields, but the header has " +
                           std::to_string(columns.size()) + " columns",
                       "a value with a comma in it needs quotes");
    for (std::size_t c = 0; c < columns.size(); ++c)
      if (!columns[c].empty()) row.fields[columns[c]] = record.values[c];
    rows.push_back(std::move(row));
  }
  return rows;
}

/// A JSON value as the CSV form would spell it. Columns that merkit reads hold text or numbers; others may hold
/// anything.
std::string as_field(const Json& value, const std::string& key, const std::string& place) {
  static const std::set<std::string> known = {"clip_id",    "dataset", "subject", "frames", "features", "pattern",
                                              "frame_base", "onset",   "apex",    "offset", "fps",      "emotion"};
  if (value.is_null()) return {};
  if (value.is_string()) return value.get<std::string>();
  if (known.count(key) && !value.is_number())
    throw InputError(place + ": expected text or a number, got " + std::string(value.type_name()));
  return value.dump();
}

Json parse_json(const std::string& text, const std::string& origin) {
  try {
    // Writing nested values out again recurses: a depth that no manifest needs must not reach that far.
    return Json::parse(text, [&](int depth, Json::parse_event_t, Json&) {
      if (depth > kDeepestJson) throw InputError(origin + ": JSON nested deeper than " + std::to_string(kDeepestJson));
      return true;
    });
  } catch (const Json::exception& error) {
    throw InputError(origin + ": not JSON: " + error.what());
  }
}

void check_json_document(const Json& document, const std::string& origin) {
  static const std::set<std::string> known = {"manifest_version", "root",    "defaults", "clips",
                                              "schema",           "$schema", "name",     "notes"};
  if (!document.is_object()) throw InputError(origin + ":/ must be an object with \"manifest_version\" and \"clips\"");
  for (const auto& [key, value] : document.items())
    if (!known.count(key))
      throw InputError(origin + ":/" + key + " is not a known key",
                       "known here: manifest_version, root, defaults, clips, schema, name, notes");
  const auto version = document.find("manifest_version");
  if (version == document.end()) throw InputError(origin + ":/manifest_version is missing, expected 1");
  if (*version != 1) throw InputError(origin + ":/manifest_version must be 1, got " + version->dump());
  const auto clips = document.find("clips");
  if (clips == document.end() || !clips->is_array()) throw InputError(origin + ":/clips must be an array of objects");
  const auto defaults = document.find("defaults");
  if (defaults == document.end()) return;
  if (!defaults->is_object()) throw InputError(origin + ":/defaults must be an object");
  if (defaults->contains("clip_id")) throw InputError(origin + ":/defaults/clip_id: every clip needs its own");
}

std::vector<ManifestRow> json_rows(const Json& document, const std::string& origin) {
  check_json_document(document, origin);
  std::map<std::string, std::string> defaults;
  if (document.contains("defaults"))
    for (const auto& [key, value] : document["defaults"].items())
      defaults[key] = as_field(value, key, origin + ":/defaults/" + key);
  std::vector<ManifestRow> rows;
  for (const auto& clip : document["clips"]) {
    ManifestRow row;
    row.place = origin + ":/clips/" + std::to_string(rows.size());
    row.field_place = [place = row.place](const std::string& key) { return place + "/" + key; };
    if (!clip.is_object()) throw InputError(row.place + " must be an object");
    row.fields = defaults;
    for (const auto& [key, value] : clip.items()) row.fields[key] = as_field(value, key, row.field_place(key));
    rows.push_back(std::move(row));
  }
  return rows;
}

std::filesystem::path json_root(const Json& document, const std::string& origin) {
  const auto root = document.find("root");
  if (root == document.end()) return {};
  if (!root->is_string() || root->get<std::string>().empty())
    throw InputError(origin + ":/root must be a path relative to the manifest");
  check_relative_path(root->get<std::string>(), origin + ":/root");
  return root->get<std::string>();
}

}  // namespace

Manifest Manifest::read(const std::filesystem::path& file) {
  std::string extension = file.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return parse(read_file(file), extension == ".json", file);
}

Manifest Manifest::parse(const std::string& text, bool json, const std::filesystem::path& file) {
  const std::string origin = file.string();
  std::filesystem::path root = file.parent_path();
  std::vector<ManifestRow> rows;
  if (json) {
    const Json document = parse_json(text, origin);
    rows = json_rows(document, origin);
    root /= json_root(document, origin);
  } else {
    rows = csv_rows(text, origin);
  }
  if (rows.empty()) throw InputError(origin + ": the manifest names no clip, expected one row a clip");

  Manifest manifest;
  manifest.file = file;
  std::map<std::string, std::string> first_place;
  for (const auto& row : rows) {
    manifest.clips.push_back(manifest_clip(row, root));
    const std::string& id = manifest.clips.back().clip_id;
    const auto [earlier, is_new] = first_place.emplace(id, row.place);
    if (!is_new)
      throw InputError(row.place + ": clip_id \"" + id + "\" is there twice, first at " + earlier->second,
                       "every clip needs its own clip_id");
  }
  return manifest;
}

}  // namespace merkit
