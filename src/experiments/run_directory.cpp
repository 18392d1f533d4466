#include "merkit/experiments/run_directory.h"

#include "experiments/task_file.h"
#include "merkit/core/error.h"
#include "merkit/core/files.h"

namespace fs = std::filesystem;

namespace merkit {
namespace {

constexpr const char* kSchema = "merkit/loso-task/1";

}  // namespace

template <class Plan>
RunDirectory<Plan>::RunDirectory(fs::path directory, const Plan& plan)
    : directory_(std::move(directory)), plan_(plan), fingerprint_(plan.fingerprint()) {
  plan_.check();
  create_directories_or_throw(directory_ / "tasks");
  const fs::path file = directory_ / "plan.json";
  if (!fs::exists(file)) {
    write_file_atomically(file, plan_.to_json());
    return;
  }
  const Plan there = Plan::from_json(read_file(file), file.string());
  if (there.fingerprint() != fingerprint_)
    throw InputError(directory_.string() + " holds another run: it differs in " + difference(there, plan_),
                     "choose another directory, or remove this one to begin anew");
}

template <class Plan>
RunDirectory<Plan>::RunDirectory(fs::path directory) : directory_(std::move(directory)) {
  const fs::path file = directory_ / "plan.json";
  if (!fs::exists(file))
    throw InputError(directory_.string() + " holds no run: there is no plan.json", "merkit loso -o DIR makes one");
  plan_ = Plan::from_json(read_file(file), file.string());
  fingerprint_ = plan_.fingerprint();
}

template <class Plan>
fs::path RunDirectory<Plan>::file_of(const Task& task) const {
  return directory_ / "tasks" / (task.name() + ".json");
}

template <class Plan>
void RunDirectory<Plan>::write(const Task& task, const Result& result) const {
  Json json{
      {"schema", kSchema}, {"plan", fingerprint_}, {"fold", task.fold}, {"seed", task.seed}, {"held_out", task.group}};
  json.update(task_json(plan_, result));
  write_file_atomically(file_of(task), json.dump() + "\n");
}

template <class Plan>
typename Plan::Result RunDirectory<Plan>::read(const Task& task) const {
  const fs::path file = file_of(task);
  const auto fail = [&](const std::string& why) -> InputError {
    return InputError("the result of " + task.name() + " (" + task.group + ") is not there: " + why,
                      "run merkit loso again on " + directory_.string());
  };
  if (!fs::exists(file)) throw fail("there is no " + file.string());
  try {
    const Json json = Json::parse(read_file(file));
    if (json.at("schema") != kSchema || json.at("plan") != fingerprint_)
      throw fail(file.string() + " is of another run");
    auto result = task_result(plan_, task, json);
    if (!result) throw fail(file.string() + " does not fit the plan");
    return std::move(*result);
  } catch (const Json::exception& error) {
    throw fail(file.string() + " is damaged (" + error.what() + ")");
  }
}

template <class Plan>
bool RunDirectory<Plan>::is_done(const Task& task) const try {
  read(task);
  return true;
} catch (const InputError&) {
  return false;
}

template <class Plan>
std::vector<typename Plan::Task> RunDirectory<Plan>::missing() const {
  std::vector<Task> result;
  for (const auto& task : plan_.tasks())
    if (!is_done(task)) result.push_back(task);
  return result;
}

template <class Plan>
void RunDirectory<Plan>::take_from(const RunDirectory& other) const {
  if (other.fingerprint_ != fingerprint_)
    throw InputError(other.directory_.string() + " and " + directory_.string() +
                     " are parts of different runs: they differ in " + difference(other.plan_, plan_));
  for (const auto& task : plan_.tasks())
    if (!is_done(task) && other.is_done(task)) write_file_atomically(file_of(task), read_file(other.file_of(task)));
}

template class RunDirectory<RecognitionPlan>;
template class RunDirectory<SpottingPlan>;

}  // namespace merkit
