#include "merkit/pipeline/ordered_batch.h"

#include <algorithm>
#include <cstdlib>
#include <thread>

#include <sched.h>

namespace merkit {

int available_cpus() {
  if (const char* slurm = std::getenv("SLURM_CPUS_PER_TASK")) {
    const int given = std::atoi(slurm);
    if (given > 0) return given;
  }
  cpu_set_t mask;
  CPU_ZERO(&mask);
  if (sched_getaffinity(0, sizeof mask, &mask) == 0) return std::max(1, CPU_COUNT(&mask));
  return std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace merkit
