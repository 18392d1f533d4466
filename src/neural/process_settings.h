#pragma once

#include <mutex>

namespace merkit::neural {

/// Guards LibTorch's process-wide generators: the CPU's while weights are drawn, a GPU's during a whole training.
std::mutex& generator_mutex();

/// Intra-op threads for the calling thread, of LibTorch and of the BLAS under it; only set when different, since the
/// settings have process-wide parts. Debian's LibTorch does not tell OpenBLAS, whose own threads would wait for work by
/// spinning.
void use_threads(int count);

/// Training frees and takes the same megabytes with every batch. By default the C library hands them back to the system
/// each time, and page by page they are asked for again, which takes as long as a shallow network's arithmetic.
void keep_freed_memory();

}  // namespace merkit::neural
