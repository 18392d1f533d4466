#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace merkit {

/// A directory that holds a leave-one-subject-out run: plan.json, and tasks/NAME.json for each task done. Files appear
/// whole or not at all, so a run that was killed goes on where it was, and several processes or machines may work in
/// one directory. There are two kinds, as there are two plans: RecognitionDirectory and SpottingDirectory.
template <class Plan>
class RunDirectory {
 public:
  using Task = typename Plan::Task;
  using Result = typename Plan::Result;

  /// Begins a run or finds one to go on with. Throws InputError when another run is there, naming what differs.
  RunDirectory(std::filesystem::path directory, const Plan& plan);

  /// Opens what is there. Throws InputError when it is no run of this kind.
  explicit RunDirectory(std::filesystem::path directory);

  const Plan& plan() const { return plan_; }
  const std::filesystem::path& path() const { return directory_; }

  /// A result that is there and whole; a file that is damaged or of another plan counts as not done.
  bool is_done(const Task& task) const;
  std::vector<Task> missing() const;

  void write(const Task& task, const Result& result) const;
  /// Throws InputError when the task is not done.
  Result read(const Task& task) const;

  /// Takes over the finished tasks of `other`. Throws InputError when it is of another plan.
  void take_from(const RunDirectory& other) const;

 private:
  std::filesystem::path file_of(const Task& task) const;

  std::filesystem::path directory_;
  Plan plan_;
  std::string fingerprint_;
};

}  // namespace merkit
