#include "cli/provenance.h"

#include "merkit/report/provenance.h"

namespace merkit::cli {

Provenance provenance_of(const CommonOptions& options, const EffectiveSettings& settings,
                         const std::vector<std::pair<std::string, Settings>>& methods) {
  Provenance result;
  result.command = options.command;
  result.config = settings.record(methods);
  result.seed = settings.pipeline.seed;
  result.threads = options.job_count();
  return result;
}

}  // namespace merkit::cli
