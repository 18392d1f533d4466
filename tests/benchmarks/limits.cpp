// What this machine can do at most: arithmetic on registers, and streams of as many arrays as an iteration of TV-L1
// reads and writes. The distance of the kernels to these is what is left to gain.
#include <cstddef>

// Compiled once for each instruction set (Highway's dynamic dispatch).
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "benchmarks/limits.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace merkit::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace {

constexpr int kChains = 10;  ///< independent results, enough to fill the pipelines

/// `rounds` fused multiplications and additions on each of ten vectors; returns the number of operations.
double multiply_and_add(std::size_t rounds, float* out) {
  const hn::ScalableTag<float> d;
  using V = hn::Vec<decltype(d)>;
  const V factor = hn::Set(d, 0.999f), term = hn::Set(d, 0.001f);
  V a = term, b = term, c = term, e = term, f = term, g = term, h = term, i = term, j = term, k = term;
  for (std::size_t round = 0; round < rounds; ++round) {
    a = hn::MulAdd(a, factor, term);
    b = hn::MulAdd(b, factor, term);
    c = hn::MulAdd(c, factor, term);
    e = hn::MulAdd(e, factor, term);
    f = hn::MulAdd(f, factor, term);
    g = hn::MulAdd(g, factor, term);
    h = hn::MulAdd(h, factor, term);
    i = hn::MulAdd(i, factor, term);
    j = hn::MulAdd(j, factor, term);
    k = hn::MulAdd(k, factor, term);
  }
  const V sum =
      hn::Add(hn::Add(hn::Add(a, b), hn::Add(c, e)), hn::Add(hn::Add(f, g), hn::Add(h, hn::Add(i, hn::Add(j, k)))));
  *out = hn::GetLane(hn::SumOfLanes(d, sum));
  return 2.0 * kChains * static_cast<double>(hn::Lanes(d) * rounds);
}

/// Square root and division of each of four vectors, as an iteration does twice a pixel; returns how many of each.
double root_and_divide(std::size_t rounds, float* out) {
  const hn::ScalableTag<float> d;
  using V = hn::Vec<decltype(d)>;
  const V one = hn::Set(d, 1.f);
  V a = one, b = one, c = one, e = one;
  for (std::size_t round = 0; round < rounds; ++round) {
    a = hn::Div(one, hn::Sqrt(a));
    b = hn::Div(one, hn::Sqrt(b));
    c = hn::Div(one, hn::Sqrt(c));
    e = hn::Div(one, hn::Sqrt(e));
  }
  *out = hn::GetLane(hn::SumOfLanes(d, hn::Add(hn::Add(a, b), hn::Add(c, e))));
  return 4.0 * static_cast<double>(hn::Lanes(d) * rounds);
}

/// Reads ten streams of `pixels` floats and writes six of them again, as an iteration does; returns the bytes moved.
double stream(float* HWY_RESTRICT values, std::size_t pixels) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t x = 0; x + lanes <= pixels; x += lanes) {
    float* const at = values + x;
    auto sum = hn::Zero(d);
    for (std::size_t plane = 6; plane < 10; ++plane) sum = hn::Add(sum, hn::Load(d, at + plane * pixels));
    for (std::size_t plane = 0; plane < 6; ++plane) {
      const auto value = hn::Load(d, at + plane * pixels);
      hn::Store(hn::Min(value, sum), d, at + plane * pixels);
    }
  }
  return 16.0 * sizeof(float) * static_cast<double>(pixels);
}

}  // namespace
}  // namespace merkit::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "merkit/core/instruction_set.h"

#include <algorithm>
#include <string>

#include <benchmark/benchmark.h>
#include <hwy/aligned_allocator.h>

namespace merkit {
HWY_EXPORT(multiply_and_add);
HWY_EXPORT(root_and_divide);
HWY_EXPORT(stream);

namespace {

constexpr std::size_t kRounds = 100000;

void rate(benchmark::State& state, const char* name, double done) {
  state.counters[name] = benchmark::Counter(done / 1e9, benchmark::Counter::kIsRate);
}

void arithmetic(benchmark::State& state) {
  double done = 0;
  float result = 0;
  for (const auto _ : state) {
    done += HWY_DYNAMIC_DISPATCH(multiply_and_add)(kRounds, &result);
    benchmark::DoNotOptimize(result);
  }
  rate(state, "GFLOP_s", done);
}

void roots(benchmark::State& state) {
  double done = 0;
  float result = 0;
  for (const auto _ : state) {
    done += HWY_DYNAMIC_DISPATCH(root_and_divide)(kRounds, &result);
    benchmark::DoNotOptimize(result);
  }
  rate(state, "G_s", done);
}

void streams(benchmark::State& state) {
  const std::size_t pixels = static_cast<std::size_t>(state.range(0) * state.range(0)) / 64 * 64 + 16;
  const auto values = hwy::AllocateAligned<float>(10 * pixels);
  std::fill_n(values.get(), 10 * pixels, 1.f);
  double done = 0;
  for (const auto _ : state) {
    done += HWY_DYNAMIC_DISPATCH(stream)(values.get(), pixels);
    benchmark::ClobberMemory();
  }
  rate(state, "GB_s", done);
}

}  // namespace

void register_limits();

void register_limits() {
  instruction_set();
  benchmark::RegisterBenchmark("limit/arithmetic", arithmetic);
  benchmark::RegisterBenchmark("limit/root and division", roots);
  for (const int side : {70, 109, 170, 280})
    benchmark::RegisterBenchmark(("limit/streams/" + std::to_string(side)).c_str(), streams)->Arg(side);
}

}  // namespace merkit
#endif
