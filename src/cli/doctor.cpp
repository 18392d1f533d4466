#include "cli/batch.h"
#include "cli/commands.h"
#include "merkit/core/instruction_set.h"
#include "merkit/methods/catalog.h"
#include "merkit/report/provenance.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#ifdef MERKIT_VIDEO
#include "merkit/face/face_model.h"
#endif

namespace fs = std::filesystem;

namespace merkit::cli {
namespace {

struct Finding {
  std::string what, state, mend;  ///< mend is empty where all is well
};

std::vector<Finding> findings(const fs::path& model_dir) {
  std::vector<Finding> result;
  result.push_back({"merkit", tool_version() + " (" + git_description() + ")", ""});
  for (const auto& library : library_versions()) {
    Finding finding{library.name, library.version, ""};
    if (library.name == "blas" && library.version.find("openblas") == std::string::npos &&
        library.version.find("mkl") == std::string::npos && library.version.find("blis") == std::string::npos)
      finding.mend = "matrix products run many times slower than they could: apt-get install libopenblas0-pthread";
    result.push_back(finding);
  }
  result.push_back({"cpus", std::to_string(available_cpus()), ""});
  try {
    result.push_back(
        {"vector instructions", fmt::format("{} (of {})", instruction_set(), fmt::join(instruction_sets(), ", ")), ""});
  } catch (const Error& error) {
    result.push_back({"vector instructions", error.what(), "unset MERKIT_SIMD"});
  }
  try {
    std::string names;
    for (const auto& method : methods()) names += (names.empty() ? "" : ", ") + method.name;
    result.push_back({"methods", names, ""});
    for (const auto& method : methods())
      if (method.make_recognizer) {
        const auto recognizer = method.make_recognizer(default_config(method.name), find_labels("three_emotions"));
        result.push_back({"device", "auto means " + recognizer->use_device("auto"), ""});
        break;
      }
  } catch (const Error& error) {
    result.push_back({"methods", error.what(), error.hint().empty() ? "reinstall merkit" : error.hint()});
  }
#ifdef MERKIT_VIDEO
  try {
    result.push_back({"landmark model", FaceModel::find_predictor().string(), ""});
  } catch (const Error& error) {
    result.push_back({"landmark model", "not found", error.hint()});
  }
  result.push_back({"video", "FFmpeg and dlib built in", ""});
#else
  result.push_back({"video", "not built in", "frames cannot be read: build with -DMERKIT_VIDEO=ON"});
#endif
  int models = 0;
  for (const auto& folder : model_directories(model_dir)) {
    std::error_code error;
    int here = 0;
    for (const auto& entry : fs::directory_iterator(folder, error)) here += entry.path().extension() == ".safetensors";
    models += here;
    result.push_back(
        {"model directory", folder.string() + (error ? " (not there)" : fmt::format(" ({} models)", here)), ""});
  }
  if (models == 0)
    result.push_back({"models", "none", "train one: merkit train --manifest M --method ststnet -o FILE"});
  return result;
}

}  // namespace

void add_doctor(Commands& commands) {
  struct Request {
    CommonOptions common;
    std::string format = "text";
  };
  auto request = std::make_shared<Request>();
  CLI::App& command = commands.add("doctor", "Versions, BLAS, devices and models, with a mend for each problem");
  command.add_option("--format", request->format, "text or json")->check(CLI::IsMember({"text", "json"}));
  add_common_options(command, request->common);
  request->common.command = commands.arguments();
  commands.set_action(command, [request] {
    start_logging(request->common);
    nlohmann::ordered_json document{{"schema", "merkit/doctor/1"}, {"findings", nlohmann::ordered_json::array()}};
    std::string text;
    for (const auto& finding : findings(request->common.model_dir)) {
      document["findings"].push_back({{"what", finding.what}, {"state", finding.state}, {"mend", finding.mend}});
      text += fmt::format("{} {:<19} {}\n", finding.mend.empty() ? "ok     " : "PROBLEM", finding.what, finding.state);
      if (!finding.mend.empty()) text += fmt::format("        {:<19} -> {}\n", "", finding.mend);
    }
    Output output({});
    output.stream() << (request->format == "json" ? document.dump(2) + "\n" : text);
    output.commit();
    return kAllDone;
  });
}

}  // namespace merkit::cli
