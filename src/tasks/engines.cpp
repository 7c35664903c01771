#include <visionkit/engines.hpp>

#include "core/fail.hpp"
#include "runtime/engine_versions.hpp"

namespace visionkit {

std::vector<EngineInfo> engines() {
  return guarded("listing the engines", [] {
    const auto openvino = openvino_version();
    return std::vector<EngineInfo>{{.engine = Engine::libtorch, .is_available = true, .version = libtorch_version()},
                                   {.engine = Engine::openvino,
                                    .is_available = !openvino.number.empty(),
                                    .version = openvino.number,
                                    .reason = openvino.reason}};
  });
}

}  // namespace visionkit
