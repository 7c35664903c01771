// A network for OpenVINO: made from a module, kept in a cache, read from there.
#pragma once

#include <memory>

#include "runtime/engine_cache.hpp"
#include "runtime/openvino_network.hpp"

namespace visionkit {

struct OpenVinoCandidate {
  OpenVinoNetworkOptions options = {};
  std::shared_ptr<const openvino::Compiled> compiled = {};
  std::shared_ptr<const openvino::Converted> converted = {};  ///< where batches of any size can be compiled

  [[nodiscard]] std::unique_ptr<const Network> network() const {
    return std::make_unique<OpenVinoNetwork>(compiled, options);
  }
  /// Writes its files and what read_candidate() needs to know.
  void save(const EngineCache::Draft& draft, CacheEntry& entry) const;
};

/// Converts a frozen module, given as `const torch::jit::Module*`, and compiles it as the options say; `any_batch`: the
/// first extent may be any. Throws std::exception with the operators that stand in the way. OpenVINO must be there.
OpenVinoCandidate make_candidate(const void* module, bool any_batch, OpenVinoNetworkOptions options);

/// Throws std::exception when the files are not what was written.
OpenVinoCandidate read_candidate(const EngineCache& cache, const CacheEntry& entry, OpenVinoNetworkOptions options);

}  // namespace visionkit
