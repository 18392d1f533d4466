#include "cli/cache.h"

#include "cli/batch.h"
#include "cli/commands.h"
#include "core/settings_fields.h"
#include "merkit/report/provenance.h"

#include <charconv>
#include <map>

#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

namespace merkit::cli {
namespace {

using Json = nlohmann::ordered_json;

struct CacheRequest {
  CommonOptions common;
  std::filesystem::path directory;
  std::string max_size, older_than;
  bool prune = false, clear = false;
};

/// "2G" or "30d": a number with a unit, as a multiple of the unit named "".
double measured(const std::string& option, const std::string& text, const std::map<std::string, double>& units,
                const std::string& example) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto unit = units.find(std::string(end, text.data() + text.size()));
  if (error != std::errc{} || number < 0 || !(number < 1e15) || unit == units.end())
    throw ConfigError(option + " " + text + " is not understood", "write it like " + example);
  return number * unit->second;
}

CacheLimits limits_of(const CacheRequest& request) {
  CacheLimits limits;
  const double k = 1024;
  if (!request.max_size.empty())
    limits.max_bytes = static_cast<std::uintmax_t>(
        measured("--max-size", request.max_size,
                 {{"", 1}, {"K", k}, {"M", k * k}, {"G", k * k * k}, {"T", k * k * k * k}}, "500M or 2G"));
  if (!request.older_than.empty())
    limits.max_age_s = measured("--older-than", request.older_than,
                                {{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}, {"w", 7 * 86400}}, "12h or 30d");
  return limits;
}

Json json_of(const FileCount& files) { return {{"count", files.count}, {"bytes", files.bytes}}; }

int cache(const CacheRequest& request) {
  start_logging(request.common);
  Json removed;
  if (request.prune) {
    const CacheRemoval removal = prune_cache(request.directory, limits_of(request));
    removed = {{"damaged", json_of(removal.damaged)},
               {"unused", json_of(removal.unused)},
               {"excess", json_of(removal.excess)},
               {"temporary", json_of(removal.temporary)}};
  } else if (request.clear) {
    removed = {{"all", json_of(clear_cache(request.directory))}};
  }
  const CacheContents contents = cache_contents(request.directory);
  Json entries;
  FileCount total;
  for (std::size_t i = 0; i < kCacheKinds.size(); ++i) {
    entries[std::string(to_string(kCacheKinds[i]))] = json_of(contents.entries[i]);
    total.count += contents.entries[i].count;
    total.bytes += contents.entries[i].bytes;
  }
  Json document{{"schema", "merkit/cache/1"},
                {"directory", request.directory.string()},
                {"entries", entries},
                {"total", json_of(total)},
                {"temporary", json_of(contents.temporary)}};
  if (!removed.is_null()) document["removed"] = removed;
  Output output({});
  output.stream() << document.dump(2) << "\n";
  output.commit();
  return kAllDone;
}

/// The program and the libraries whose versions may change the pixels of a crop.
std::string build_description() {
  std::string text = "merkit " + tool_version() + " " + git_description();
  for (const auto& library : library_versions())
    if (library.name != "blas" && library.name != "libtorch") text += "; " + library.name + " " + library.version;
  return text;
}

}  // namespace

std::shared_ptr<const Cache> CacheOption::open() const {
  return directory.empty() ? nullptr : std::make_shared<const Cache>(directory, build_description());
}

void add_cache_option(CLI::App& command, CacheOption& option) {
  command.add_option("--cache", option.directory, "Keep aligned faces and motion here, and take them from here")
      ->envname("MERKIT_CACHE")
      ->type_name("DIR");
}

std::vector<std::string> without_cache_option(const std::vector<std::string>& arguments) {
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--") {
      kept.insert(kept.end(), arguments.begin() + static_cast<std::ptrdiff_t>(i), arguments.end());
      break;
    }
    if (arguments[i] == "--cache")
      ++i;  // and the directory behind it
    else if (arguments[i].rfind("--cache=", 0) != 0)
      kept.push_back(arguments[i]);
  }
  return kept;
}

void tell_of(const Cache* cache) {
  if (!cache) return;
  const Cache::Use use = cache->use();
  spdlog::info("cache: {} found, {} not, {} added{}", use.found, use.missed, use.kept,
               use.damaged ? "; " + std::to_string(use.damaged) + " were damaged" : "");
  if (const std::string problem = cache->problem(); !problem.empty())
    spdlog::warn("the cache could not be added to, and the work went on without: {}", problem);
}

void add_cache(Commands& commands) {
  auto request = std::make_shared<CacheRequest>();
  CLI::App& command = commands.add("cache", "What a directory of --cache holds; prune or clear it");
  command.add_option("directory", request->directory, "The cache")
      ->envname("MERKIT_CACHE")
      ->required()
      ->type_name("DIR");
  auto* prune = command.add_flag("--prune", request->prune,
                                 "Remove damaged entries, left-over temporary files, and what is beyond the limits");
  command.add_option("--max-size", request->max_size, "Keep at most this much, such as 2G: the most recently used")
      ->needs(prune)
      ->type_name("SIZE");
  command.add_option("--older-than", request->older_than, "Remove what was not used for so long, such as 30d")
      ->needs(prune)
      ->type_name("AGE");
  command.add_flag("--clear", request->clear, "Remove all entries")->excludes(prune);
  add_common_options(command, request->common);
  command.footer(
      "Example: merkit recognize --manifest casme2.csv --cache ~/.cache/merkit -o predictions.json\n"
      "         merkit cache ~/.cache/merkit --prune --max-size 2G --older-than 30d");
  request->common.command = commands.arguments();
  commands.set_action(command, [request] { return cache(*request); });
}

}  // namespace merkit::cli
