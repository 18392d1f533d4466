#include "data/dataset/convert.h"

#include "data/dataset/counts.h"
#include "data/dataset/intervals.h"
#include "data/dataset/pictures.h"
#include "data/dataset/text.h"
#include "merkit/core/error.h"

#include <algorithm>
#include <set>

namespace fs = std::filesystem;

namespace merkit::dataset {
namespace {

class Converter {
 public:
  Converter(const DatasetLayout& layout, const DatasetRequest& request)
      : layout_(layout), request_(request), tree_(request.from) {
    result_.name = layout.name;
    result_.title = layout.title;
    has_tree_ = fs::is_directory(request.from);
  }

  DatasetConversion convert() {
    const Tables tables = read_tables(layout_, request_);
    for (const auto& table : tables.tables) result_.sheets.push_back(table->file);
    for (const auto& file : tables.joined_files)
      if (!file.empty()) result_.sheets.push_back(file);
    pictures_ = choose_pictures(layout_, request_, tables, has_tree_ ? &tree_ : nullptr);
    variant_ = pictures_.variant;
    result_.variant = variant_->name;
    if (!variant_->sheet) result_.sheets.clear();
    if (!has_tree_)
      result_.warnings.push_back("no tree was given, so the paths in column frames are those of an unpacked " +
                                 layout_.title + ", unchecked");
    for (auto& record : pictures_.records) add(record);
    tell_ids_apart();
    if (has_tree_) list_unmatched(tables);
    return std::move(result_);
  }

 private:
  void leave_out(const Record& record, const std::string& why) {
    result_.left_out.push_back(record.row.place + ": " + why);
  }

  void add(Record& record) {
    if (!record.problem.empty()) return leave_out(record, record.problem);
    const std::string id = clip_id_from(filled(layout_.clip_id, record.row.fields));
    if (!record.ambiguous.empty()) return leave_out(record, id + ": several folders fit: " + record.ambiguous);
    if (has_tree_ && !record.folder)
      return leave_out(
          record, id + ": no " + filled(pictures_.pattern, record.row.fields) + " below " + request_.from.string());
    const bool has_frames = record.folder && !variant_->video;
    const std::set<int>* frames = has_frames ? &tree_.frames(record.folder->path) : nullptr;
    if (record.folder) used_.insert(record.folder->path);
    if (frames && frames->empty())
      return leave_out(record, id + ": no numbered picture in " + record.folder->path.generic_string());
    const bool comparable = frames && frame_base() == "filename";
    IntervalContext context{record.field("subject"), record.field("clip"), record.table->rows.size(),
                            comparable ? frames : nullptr};
    if (!variant_->sheet) {
      record.row.fields["onset"] = std::to_string(*frames->begin());
      record.row.fields["offset"] = std::to_string(*frames->rbegin());
    }
    ReadInterval interval = read_interval(layout_, *record.table, record.row, context);
    if (!interval.problem.empty()) return leave_out(record, id + ": " + interval.problem);
    for (const auto& repair : interval.repairs) record.repairs.push_back(repair);
    if (comparable) check_frames(id, *frames, interval);
    check_agreement(id, record);
    check_duration(id, record, interval);
    record.row.fields["onset"] = std::to_string(*interval.onset);
    result_.rows.push_back(row_of(record, clip_id_from(filled(layout_.clip_id, record.row.fields)), interval));
    kept_.push_back(&record);
  }

  std::string frame_base() const { return variant_->frame_base.empty() ? layout_.frame_base : variant_->frame_base; }

  void check_frames(const std::string& id, const std::set<int>& frames, const ReadInterval& interval) {
    std::vector<std::string> missing;
    for (const auto& [name, frame] :
         {std::pair("onset", interval.onset), std::pair("apex", interval.apex), std::pair("offset", interval.offset)})
      if (frame && !frames.count(*frame)) missing.push_back(std::string(name) + " " + std::to_string(*frame));
    const auto here = std::distance(frames.lower_bound(*interval.onset), frames.upper_bound(*interval.offset));
    const int expected = *interval.offset - *interval.onset + 1;
    if (!missing.empty())
      result_.warnings.push_back(id + ": no picture of " + joined(missing) + "; the folder has " +
                                 std::to_string(*frames.begin()) + ".." + std::to_string(*frames.rbegin()));
    else if (here != expected)
      result_.warnings.push_back(id + ": " + std::to_string(expected - here) + " of " + std::to_string(expected) +
                                 " pictures between onset and offset are not there");
  }

  void check_agreement(const std::string& id, const Record& record) {
    for (const auto& [a, b] : layout_.agree) {
      const std::string first = folded(record.field(a)), second = folded(record.field(b));
      if (!first.empty() && !second.empty() && first != second)
        result_.warnings.push_back(id + ": " + a + " is " + first + ", but " + b + " says " + second);
    }
    if (!record.folder || variant_->nominal.empty()) return;
    const std::string expected = fs::path(filled(variant_->nominal, record.row.fields)).filename().string();
    const std::string name = record.folder->path.filename().string();
    if (folded(name) != folded(expected))
      result_.warnings.push_back(id + ": the folder is named " + name + ", expected " + expected);
  }

  /// SAMM's sheets say how long an expression is, which finds mistyped frames that contradict nothing else.
  void check_duration(const std::string& id, const Record& record, const ReadInterval& interval) {
    const std::string& duration = record.field("duration");
    const int length = *interval.offset - *interval.onset + 1;
    if (duration.empty() || !interval.repairs.empty() || duration == std::to_string(length)) return;
    result_.warnings.push_back(id + ": onset to offset are " + std::to_string(length) +
                               " frames, but the sheet says duration " + duration);
  }

  Fields row_of(const Record& record, const std::string& id, const ReadInterval& interval) {
    const Fields& fields = record.row.fields;
    Fields row{{"clip_id", id},
               {"dataset", layout_.name},
               {"subject", record.field("subject")},
               {"clip", record.field("clip")},
               {"frame_base", frame_base()},
               {"onset", std::to_string(*interval.onset)},
               {"apex", interval.apex ? std::to_string(*interval.apex) : ""},
               {"offset", std::to_string(*interval.offset)},
               {"emotion", record.field("emotion")}};
    row["fps"] = record.field("fps").empty() && layout_.fps > 0 ? plain_number(layout_.fps) : record.field("fps");
    row["frames"] =
        record.folder ? manifest_path(request_.from / record.folder->path, request_.manifest) : nominal_path(fields);
    if (!layout_.modality.empty()) row["modality"] = layout_.modality;
    if (!layout_.video.empty()) row["video"] = filled(layout_.video, fields);
    for (const auto& field : layout_.output) row[field] = record.field(field);
    if (record.folder)
      for (const auto& [column, way] : variant_->beside)
        if (const fs::path path = request_.from / (record.folder->path / way).lexically_normal();
            fs::is_directory(path))
          row[column] = manifest_path(path, request_.manifest);
    return row;
  }

  std::string nominal_path(const Fields& fields) const {
    std::string path = filled(variant_->nominal.empty() ? variant_->frames.front() : variant_->nominal, fields);
    path.erase(std::remove(path.begin(), path.end(), '*'), path.end());
    return path;
  }

  /// Several expressions of one folder: the onset tells them apart.
  void tell_ids_apart() {
    std::map<std::string, int> uses;
    for (const auto& row : result_.rows) ++uses[row.at("clip_id")];
    std::set<std::string> taken;
    std::vector<Fields> rows;
    for (std::size_t i = 0; i < result_.rows.size(); ++i) {
      Fields& row = result_.rows[i];
      std::string& id = row["clip_id"];
      if (uses[id] > 1) id += "_" + row["onset"];
      if (taken.count(id)) id += "_" + row["offset"];
      if (!taken.insert(id).second) {
        leave_out(*kept_[i], id + ": the same clip and interval stands in an earlier row");
        continue;
      }
      for (Repair repair : kept_[i]->repairs) {
        repair.clip_id = id;
        result_.repairs.push_back(repair);
      }
      rows.push_back(std::move(row));
    }
    result_.rows = std::move(rows);
  }

  void list_unmatched(const Tables& tables) {
    if (!variant_->sheet) return;
    std::set<fs::path> unmatched;
    for (const auto& constants : tables.constants)
      for (const auto& match : tree_.find(pictures_.pattern, constants, variant_->video))
        if (!used_.count(match.path)) unmatched.insert(match.path);
    for (const auto& path : unmatched) result_.unmatched_folders.push_back(path.generic_string());
  }

  const DatasetLayout& layout_;
  const DatasetRequest& request_;
  Tree tree_;
  bool has_tree_ = false;
  const Variant* variant_ = nullptr;
  Pictures pictures_;
  std::vector<const Record*> kept_;  ///< of each row of the result
  std::set<fs::path> used_;
  DatasetConversion result_;
};

}  // namespace

std::string manifest_path(const fs::path& path, const fs::path& manifest) {
  const auto below = [](const fs::path& inner, const fs::path& outer) {
    const std::string text = inner.lexically_relative(outer).generic_string();
    return text.empty() || text.rfind("..", 0) == 0 ? std::string() : text;
  };
  const fs::path directory = fs::absolute(manifest).lexically_normal().parent_path();
  std::string text = below(fs::absolute(path).lexically_normal(), directory);
  if (text.empty()) text = below(fs::weakly_canonical(path), fs::weakly_canonical(directory));
  if (text.empty())
    throw InputError(path.string() + " does not lie below " + directory.string() +
                         ", the manifest's directory, and a manifest names only what does",
                     "write the manifest above the data, or put a link to the data beside it");
  return text;
}

DatasetConversion convert_one(const DatasetLayout& layout, const DatasetRequest& request) {
  return Converter(layout, request).convert();
}

}  // namespace merkit::dataset

namespace merkit {

DatasetConversion convert_dataset(const DatasetRequest& request) {
  const auto layout = dataset::find_layout(request.name);
  if (!std::filesystem::exists(request.from))
    throw InputError("there is no " + request.from.string(), "name the folder that the data set was unpacked to");
  DatasetConversion result =
      layout.composite_of.empty() ? dataset::convert_one(layout, request) : dataset::convert_composite(layout, request);
  if (result.rows.empty()) {
    std::string message = "no clip of " + layout.title + " could be converted";
    if (!result.left_out.empty()) message += "; the first that was left out: " + result.left_out.front();
    throw InputError(message);
  }
  result.counts = dataset::count_rows(result.rows);
  result.mismatches = dataset::mismatches(layout.expect, result.counts);
  result.soft_mismatches = dataset::mismatches({layout.expect_soft}, result.counts);
  return result;
}

}  // namespace merkit
