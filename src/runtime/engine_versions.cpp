#include "runtime/engine_versions.hpp"

#include <torch/version.h>

#include "runtime/openvino_plugin.hpp"

namespace visionkit {

std::string libtorch_version() { return TORCH_VERSION; }

OpenVinoVersion openvino_version() { return {openvino_state().version, openvino_state().reason}; }

}  // namespace visionkit
