// The machines of flow_svm against libsvm itself, which is given the same features in its own form.

#include "classical/support_vector_machine.h"

#include "classical/svm_training.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libsvm/svm.h>

namespace merkit::svm {
namespace {

struct Problem {
  std::vector<std::vector<float>> features;
  std::vector<int> labels;
};

/// Overlapping clouds, so that many samples lie on the wrong side.
Problem random_problem(std::uint32_t seed, int classes, int samples, int length) {
  std::mt19937 random(seed);
  const auto uniform = [&] { return static_cast<float>(random() % 20001) / 10000 - 1; };
  Problem problem;
  for (int i = 0; i < samples; ++i) {
    const int label = i < classes ? i : static_cast<int>(random() % static_cast<unsigned>(classes));
    std::vector<float> vector;
    for (int k = 0; k < length; ++k) vector.push_back(uniform() + (k % classes == label ? 0.4f : 0.f));
    problem.features.push_back(vector);
    problem.labels.push_back(label);
  }
  return problem;
}

std::vector<svm_node> nodes(const std::vector<double>& values) {
  std::vector<svm_node> result;
  for (std::size_t i = 0; i < values.size(); ++i) result.push_back({static_cast<int>(i + 1), values[i]});
  result.push_back({-1, 0});
  return result;
}

std::vector<double> standardized(const LearnedMachines& machines, const float* raw) {
  std::vector<double> result(machines.features());
  machines.standardization.apply(raw, result.data());
  return result;
}

/// The same machines as an svm_model of libsvm. All classes must have been trained.
class LibsvmModel {
 public:
  explicit LibsvmModel(const LearnedMachines& m) : coefficients_(m.coefficients), rho_(m.rho) {
    const std::size_t vectors = m.vectors();
    for (std::size_t s = 0; s < vectors; ++s)
      vectors_.push_back(nodes(standardized(m, &m.support_vectors[s * m.features()])));
    for (auto& vector : vectors_) vector_pointers_.push_back(vector.data());
    for (int row = 0; row + 1 < m.classes; ++row)
      rows_.push_back(&coefficients_[static_cast<std::size_t>(row) * vectors]);
    for (int i = 0; i < m.classes; ++i) labels_.push_back(i);
    counts_.assign(m.counts.begin(), m.counts.end());
    model_.param.svm_type = C_SVC;
    model_.param.kernel_type = m.kernel.type == Kernel::Type::rbf ? RBF : LINEAR;
    model_.param.gamma = m.kernel.gamma;
    model_.nr_class = m.classes;
    model_.l = static_cast<int>(vectors);
    model_.SV = vector_pointers_.data();
    model_.sv_coef = rows_.data();
    model_.rho = rho_.data();
    model_.label = labels_.data();
    model_.nSV = counts_.data();
  }
  const svm_model& get() const { return model_; }

 private:
  std::vector<std::vector<svm_node>> vectors_;
  std::vector<svm_node*> vector_pointers_;
  std::vector<double> coefficients_, rho_;
  std::vector<double*> rows_;
  std::vector<int> labels_, counts_;
  svm_model model_ = {};
};

int best(const std::vector<double>& values) {
  return static_cast<int>(std::max_element(values.begin(), values.end()) - values.begin());
}

TEST(SupportVectorMachine, NamesTheClassThatLibsvmNames) {
  int questions = 0, ties = 0;
  for (std::uint32_t seed = 0; seed < 24; ++seed) {
    const int classes = 2 + static_cast<int>(seed % 5);
    SvmConfig config;
    config.kernel = seed % 2 ? "linear" : "rbf";
    const Problem problem = random_problem(seed, classes, 60, 7);
    const SupportVectorMachine machine(train(problem.features, problem.labels, classes, config, 1).machines);
    const LibsvmModel model(machine.learned());
    for (const auto& sample : random_problem(seed + 1000, classes, 200, 7).features) {
      const auto vector = nodes(standardized(machine.learned(), sample.data()));
      std::vector<double> expected(static_cast<std::size_t>(classes * (classes - 1) / 2));
      const double label = svm_predict_values(&model.get(), vector.data(), expected.data());
      const std::vector<double> decisions = machine.decide(sample);
      for (std::size_t pair = 0; pair < expected.size(); ++pair)
        ASSERT_NEAR(decisions[pair], expected[pair], 1e-10 * std::max(1.0, std::abs(expected[pair])));
      const std::vector<double> values = class_values(decisions, machine.learned().counts);
      ASSERT_EQ(best(values), static_cast<int>(label));
      ASSERT_EQ(svm_predict(&model.get(), vector.data()), label);
      const std::vector<double> scores = softmax(values);
      ASSERT_EQ(best(scores), static_cast<int>(label));
      ASSERT_NEAR(std::accumulate(scores.begin(), scores.end(), 0.0), 1, 1e-12);
      ++questions;
      std::vector<double> sorted = values;
      std::sort(sorted.rbegin(), sorted.rend());
      ties += sorted[0] - sorted[1] < 1.0 / 3 ? 1 : 0;
    }
  }
  EXPECT_EQ(questions, 4800);
  EXPECT_GT(ties, 100) << "votes must be even now and then, or nothing was tried";
}

/// Trained by libsvm on feature vectors with its own kernel, not on our kernel matrix.
TEST(SupportVectorMachine, IsTrainedAsLibsvmTrainsOnFeatures) {
  svm_set_print_string_function([](const char*) {});
  for (const char* kernel : {"rbf", "linear"}) {
    const Problem problem = random_problem(5, 3, 80, 9);
    SvmConfig config;
    config.kernel = kernel;
    config.tolerance = 1e-8;
    const SupportVectorMachine machine(train(problem.features, problem.labels, 3, config, 2).machines);

    std::vector<std::vector<svm_node>> vectors;
    std::vector<svm_node*> rows;
    std::vector<double> labels(problem.labels.begin(), problem.labels.end());  // 0, 1, 2 come first, in this order
    for (const auto& sample : problem.features)
      vectors.push_back(nodes(standardized(machine.learned(), sample.data())));
    for (auto& vector : vectors) rows.push_back(vector.data());
    std::vector<int> classes = {0, 1, 2};
    std::vector<double> weights;
    for (const int label : classes)
      weights.push_back(80.0 / (3.0 * static_cast<double>(std::count(labels.begin(), labels.end(), label))));
    svm_parameter parameter = {};
    parameter.svm_type = C_SVC;
    parameter.kernel_type = machine.learned().kernel.type == Kernel::Type::rbf ? RBF : LINEAR;
    parameter.gamma = 1.0 / 9;  // every feature varies, so the variance is 1
    parameter.cache_size = 10;
    parameter.eps = 1e-8;
    parameter.C = 3;
    parameter.shrinking = 1;
    parameter.nr_weight = 3;
    parameter.weight_label = classes.data();
    parameter.weight = weights.data();
    const svm_problem given = {80, labels.data(), rows.data()};
    svm_model* model = svm_train(&given, &parameter);
    for (std::size_t i = 0; i < vectors.size(); ++i) {
      double expected[3] = {};
      svm_predict_values(model, vectors[i].data(), expected);
      const std::vector<double> decisions = machine.decide(problem.features[i]);
      for (std::size_t pair = 0; pair < 3; ++pair) EXPECT_NEAR(decisions[pair], expected[pair], 1e-5) << kernel;
    }
    svm_free_and_destroy_model(&model);
  }
}

TEST(ClassValues, AreVotesAndABoundedSumOfDecisions) {
  // d01 = 1, d02 = -2, d12 = -0.5: class 2 has two votes, class 0 one.
  EXPECT_THAT(
      class_values({1, -2, -0.5}, {1, 1, 1}),
      ::testing::ElementsAre(::testing::DoubleNear(1 - 1 / 6.0, 1e-12), ::testing::DoubleNear(-1.5 / 7.5, 1e-12),
                             ::testing::DoubleNear(2 + 2.5 / 10.5, 1e-12)));
}

TEST(ClassValues, GiveATieToTheFirstClassAsLibsvmDoes) {
  // 0 beats 1 hardly, 1 beats 2 clearly, 2 beats 0 clearly: a vote each.
  const std::vector<double> values = class_values({0.1, -2, 3}, {1, 1, 1});
  EXPECT_EQ(best(values), 0);
  const double first = -1.9 / (3 * 2.9), second = 2.9 / (3 * 3.9), third = -1.0 / 6;
  EXPECT_THAT(values,
              ::testing::ElementsAre(::testing::DoubleNear(1 + second, 1e-12), ::testing::DoubleNear(1 + first, 1e-12),
                                     ::testing::DoubleNear(1 + third, 1e-12)));
  EXPECT_EQ(best(class_values({0}, {1, 1})), 1) << "libsvm gives a decision of exactly 0 to the second";
}

TEST(ClassValues, LeaveOutClassesWithoutSupportVectors) {
  const std::vector<double> values = class_values({0, -1, 0}, {2, 0, 1});
  EXPECT_EQ(best(values), 2);
  EXPECT_EQ(values[1], -3);
}

TEST(Training, WeighsClassesByTheirFrequency) {
  // Eleven samples of class 0 lie where one of class 1 does: without weights the crowd has the place.
  Problem problem;
  for (int i = 0; i < 12; ++i) {
    problem.features.push_back({1.f, 0.001f * static_cast<float>(i)});
    problem.labels.push_back(i == 5 ? 1 : 0);
  }
  SvmConfig config;
  config.kernel = "linear";
  config.c = 0.1;
  const auto decision = [&](bool balanced) {
    config.balanced = balanced;
    return SupportVectorMachine(train(problem.features, problem.labels, 2, config, 1).machines).decide({1.f, 0.0055f});
  };
  EXPECT_GT(decision(false)[0], 0.9);
  EXPECT_LT(decision(true)[0], 0.5);
}

TEST(Training, TakesSamplesThatAreAllTheSame) {
  const Training training = train({{1, 2}, {1, 2}, {1, 2}}, {0, 1, 1}, 2, {}, 1);
  EXPECT_EQ(training.machines.kernel.gamma, 1);
  EXPECT_TRUE(std::isfinite(training.loss));
  EXPECT_TRUE(std::isfinite(SupportVectorMachine(training.machines).decide({5, 5})[0]));
}

TEST(Training, WritesNothing) {
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  const Problem problem = random_problem(1, 3, 50, 5);
  train(problem.features, problem.labels, 3, {}, 1);
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace merkit::svm
