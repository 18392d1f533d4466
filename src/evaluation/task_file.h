#pragma once

#include "merkit/evaluation/loso.h"
#include "merkit/evaluation/spotting_loso.h"

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace merkit {

using Json = nlohmann::ordered_json;

// What RunDirectory needs of each kind of run.

/// Members of a task's file besides those that say which task it is.
Json task_json(const LosoPlan& plan, const LosoResult& result);
Json task_json(const SpottingPlan& plan, const SpottingLosoResult& result);

/// The result read back; nothing where it does not fit the plan. Throws Json::exception for members that lack.
std::optional<LosoResult> task_result(const LosoPlan& plan, const LosoTask& task, const Json& json);
std::optional<SpottingLosoResult> task_result(const SpottingPlan& plan, const LosoTask& task, const Json& json);

/// What two plans disagree in, for people.
std::string difference(const LosoPlan& a, const LosoPlan& b);
std::string difference(const SpottingPlan& a, const SpottingPlan& b);

/// Names of what differs, with commas between them.
struct Differences {
  std::string text;
  void compare(const char* what, bool differs) {
    if (differs) text += (text.empty() ? "" : ", ") + std::string(what);
  }
};

}  // namespace merkit
