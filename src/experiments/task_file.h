#pragma once

#include "merkit/experiments/recognition_plan.h"
#include "merkit/experiments/spotting_plan.h"

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace merkit {

using Json = nlohmann::ordered_json;

// What RunDirectory needs of each kind of run.

/// Members of a task's file besides those that say which task it is.
Json task_json(const RecognitionPlan& plan, const RecognitionTaskResult& result);
Json task_json(const SpottingPlan& plan, const SpottingTaskResult& result);

/// The result read back; nothing where it does not fit the plan. Throws Json::exception for members that lack.
std::optional<RecognitionTaskResult> task_result(const RecognitionPlan& plan, const FoldTask& task, const Json& json);
std::optional<SpottingTaskResult> task_result(const SpottingPlan& plan, const FoldTask& task, const Json& json);

/// What two plans disagree in, for people.
std::string difference(const RecognitionPlan& a, const RecognitionPlan& b);
std::string difference(const SpottingPlan& a, const SpottingPlan& b);

/// Names of what differs, with commas between them.
struct Differences {
  std::string text;
  void compare(const char* what, bool differs) {
    if (differs) text += (text.empty() ? "" : ", ") + std::string(what);
  }
};

}  // namespace merkit
