#include <torch/version.h>

#include "runtime/engine_cache.hpp"
#include "runtime/openvino_plugin.hpp"
#include "runtime/thread_budget.hpp"

namespace visionkit {

CacheKey cache_key(const std::string& digest, const SessionOptions& options) {
  const auto& run = options.run;
  CacheKey key = {.digest = digest,
                  .libtorch = TORCH_VERSION,
                  .openvino = run.engine == Engine::libtorch ? "" : openvino_state().version,
                  .engine = run.engine,
                  .device = run.device,
                  .precision = run.precision.value_or(Precision::float32),
                  .threads = run.threads > 0 ? run.threads : thread_budget(),
                  .input = options.input,
                  .dtype = options.probes.front().dtype()};
  for (const auto& probe : options.probes) key.shapes.push_back(probe.shape());
  return key;
}

}  // namespace visionkit
