// Which engines this process has. How one is chosen for a model is in src/docs/engines.md; what came of it is in
// ModelDescription::trials.
#pragma once

#include <string>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/device.hpp>
#include <visionkit/core/engine_trial.hpp>

namespace visionkit {

struct EngineInfo {
  Engine engine = Engine::libtorch;
  bool is_available = false;
  std::string version = {};  ///< "2.13.0"; empty when it is not available
  std::string reason = {};   ///< why it is not available
};

/// Every engine, the reference first. Loads what OpenVINO needs at the first call, which takes some milliseconds.
VISIONKIT_API std::vector<EngineInfo> engines();

}  // namespace visionkit
