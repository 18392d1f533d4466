#include "learning/training_set.h"

#include "merkit/core/error.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <set>
#include <thread>

namespace merkit {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

std::vector<int> checked_labels(const SampleSet& training, const LabelSet& labels) {
  if (training.empty()) throw InputError("there are no samples to train on");
  std::vector<int> result;
  for (const Sample& sample : training) {
    if (!sample.label) throw InputError("sample \"" + sample.id + "\" has no label; training needs one");
    if (*sample.label < 0 || *sample.label >= labels.size())
      throw InputError("sample \"" + sample.id + "\" has label " + std::to_string(*sample.label) +
                       "; the classes are 0.." + std::to_string(labels.size() - 1) + " (" + joined(labels.classes()) +
                       ")");
    result.push_back(*sample.label);
  }
  if (std::all_of(result.begin(), result.end(), [&](int label) { return label == result.front(); }))
    throw InputError("all training samples are of the class \"" + labels.name(result.front()) +
                     "\"; at least two classes are needed");
  return result;
}

void refuse_pretrained(const FitOptions& options, const std::string& method) {
  if (options.pretrained)
    throw ConfigError(method + " has no stage without labels that a model could bring", "leave --pretrained out");
}

std::vector<std::string> subjects_of(const SampleSet& samples) {
  std::set<std::string> subjects;
  for (const Sample& sample : samples) subjects.insert(sample.subject_key());
  return {subjects.begin(), subjects.end()};
}

void for_each_number(std::size_t count, int threads, const std::function<void(std::size_t)>& work) {
  std::vector<std::exception_ptr> failures(count);
  std::atomic<std::size_t> next{0};
  const auto work_on = [&] {
    for (std::size_t i = next++; i < count; i = next++) try {
        work(i);
      } catch (...) {
        failures[i] = std::current_exception();
      }
  };
  std::vector<std::thread> others;
  for (int i = 1; i < threads; ++i) others.emplace_back(work_on);
  work_on();
  for (auto& thread : others) thread.join();
  for (const auto& failure : failures)
    if (failure) std::rethrow_exception(failure);
}

}  // namespace merkit
