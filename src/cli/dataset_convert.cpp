#include "cli/batch.h"
#include "cli/dataset.h"
#include "merkit/data/dataset.h"

#include <algorithm>
#include <iostream>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace merkit::cli {
namespace {

constexpr std::size_t kShown = 20;  // of a list, unless -v asks for all

struct ConvertRequest {
  CommonOptions common;
  DatasetRequest dataset;
  std::filesystem::path repairs;
  bool strict = false;
};

void tell(const std::string& what, const std::vector<std::string>& lines, bool all) {
  if (lines.empty()) return;
  spdlog::warn("{} ({}):", what, lines.size());
  const std::size_t shown = all ? lines.size() : std::min(lines.size(), kShown);
  for (std::size_t i = 0; i < shown; ++i) spdlog::warn("  {}", lines[i]);
  if (shown < lines.size()) spdlog::warn("  and {} more; -v shows all", lines.size() - shown);
}

/// "emotions: disgust 63, fear 2" for all counts of one kind, one line a kind.
void tell_counts(const DatasetConversion& conversion) {
  const auto of = [&](const char* key) {
    const auto found = conversion.counts.find(key);
    return found == conversion.counts.end() ? 0 : found->second;
  };
  spdlog::info("{}: {} clips of {} subjects{}", conversion.name, of("clips"), of("subjects"),
               conversion.variant.empty() ? "" : " (" + conversion.variant + ")");
  std::string kind, line;
  const auto flush = [&] {
    if (!line.empty()) spdlog::info("{}: {}", kind, line);
    line.clear();
  };
  for (const auto& [key, count] : conversion.counts) {
    const auto slash = key.find('/');
    if (slash == std::string::npos) continue;
    if (key.substr(0, slash) != kind) flush();
    kind = key.substr(0, slash);
    line += fmt::format("{}{} {}", line.empty() ? "" : ", ", key.substr(slash + 1), count);
  }
  flush();
}

std::filesystem::path repairs_file(const ConvertRequest& request) {
  if (!request.repairs.empty()) return request.repairs;
  return std::filesystem::path(request.dataset.manifest).replace_extension(".repairs.csv");
}

int convert(const ConvertRequest& request) {
  start_logging(request.common);
  const DatasetConversion conversion = convert_dataset(request.dataset);
  for (const auto& sheet : conversion.sheets) spdlog::info("sheet: {}", sheet.string());
  tell_counts(conversion);
  const bool all = request.common.verbose > 0;
  tell("left out, not in the manifest", conversion.left_out, all);
  tell("worth a look", conversion.warnings, all);
  tell("folders that no row speaks of", conversion.unmatched_folders, all);
  tell("counts that differ from the published ones", conversion.mismatches, all);
  tell("counts that differ from reported ones, which are less certain", conversion.soft_mismatches, all);
  if (request.strict && !(conversion.mismatches.empty() && conversion.left_out.empty()))
    throw InputError(fmt::format("{} is not as published: {} counts differ, {} rows left out; nothing was written",
                                 conversion.title, conversion.mismatches.size(), conversion.left_out.size()),
                     "without --strict the rest is converted");
  write_file_atomically(repairs_file(request), conversion.repairs_csv());
  write_file_atomically(request.dataset.manifest, conversion.manifest_csv());
  spdlog::info("{} rows in {}, {} repairs in {}", conversion.rows.size(), request.dataset.manifest.string(),
               conversion.repairs.size(), repairs_file(request).string());
  return conversion.left_out.empty() ? kAllDone : kSomeFailed;
}

int list(const CommonOptions& common) {
  start_logging(common);
  Output output({});
  for (const auto& dataset : dataset_names())
    output.stream() << fmt::format("{:<10} {}: {}\n", dataset.name, dataset.title, dataset.summary);
  output.commit();
  return kAllDone;
}

}  // namespace

void add_dataset_convert(Commands& commands, CLI::App& dataset) {
  auto request = std::make_shared<ConvertRequest>();
  CLI::App& command = commands.add("convert", "A data set as it was unpacked, with its sheet, as a manifest", &dataset);
  command.add_option("name", request->dataset.name, "Data set; `merkit dataset list` describes them")
      ->required()
      ->type_name("NAME");
  command.add_option("directory", request->dataset.from, "Where it was unpacked to, or its sheet alone")
      ->required()
      ->type_name("DIR");
  command.add_option("-o,--output", request->dataset.manifest, "The manifest; its directory must hold the data")
      ->required()
      ->type_name("FILE");
  command.add_option("--sheet", request->dataset.sheet, "The sheet, where it is not found by its name")
      ->check(CLI::ExistingFile)
      ->type_name("FILE");
  command
      .add_option("--variant", request->dataset.variant,
                  "Which pictures: cropped, raw, ... (default: the first that is there)")
      ->type_name("NAME");
  command.add_option("--repairs", request->repairs, "Where the log of repairs goes (default: MANIFEST.repairs.csv)")
      ->type_name("FILE");
  command.add_flag("--strict", request->strict,
                   "Write nothing where counts differ from the published ones or a row cannot be converted");
  add_common_options(command, request->common);
  command.footer(
      "Data sets: casme casme2 samm smic_hs smic_vis smic_nir casme_sq casme3a casme3c samm_lv mmew 4dme dfme "
      "megc2019\n"
      "Example: merkit dataset convert casme2 data/CASME2 -o data/casme2.csv --variant cropped\n"
      "         merkit dataset convert casme_sq code_final.xlsx -o casme_sq.csv   (the sheet alone, for spotting)");
  request->common.command = commands.arguments();
  commands.set_action(command, [request] { return convert(*request); });

  auto common = std::make_shared<CommonOptions>();
  CLI::App& names = commands.add("list", "Data sets that can be converted, one a line", &dataset);
  add_common_options(names, *common);
  common->command = commands.arguments();
  commands.set_action(names, [common] { return list(*common); });
}

}  // namespace merkit::cli
