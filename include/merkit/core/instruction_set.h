#pragma once

#include <string>
#include <vector>

namespace merkit {

/// The vector instructions that merkit's own kernels use, by Highway's names: "AVX3" (AVX-512), "AVX2", "SSE4",
/// "SSSE3", "NEON", "SCALAR", ... The best ones of this CPU, unless the environment variable MERKIT_SIMD names others,
/// in any case of letters, when the first kernel runs or this is called first. Results differ in their last bits
/// between them. Throws ConfigError when MERKIT_SIMD names what this CPU or build does not have.
const std::string& instruction_set();

/// All that this build has and this CPU can run, best first.
std::vector<std::string> instruction_sets();

}  // namespace merkit
