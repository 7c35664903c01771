// Opens libvisionkit_openvino.so when it is there.
#pragma once

#include <string>

#include "runtime/openvino/plugin.hpp"

namespace visionkit {

struct OpenVinoState {
  const openvino::Plugin* plugin = nullptr;
  std::string version = {};
  std::string reason = {};  ///< why there is no plugin
};

/// Looks for the file at the first call: where the loader looks for libraries of the object that holds this code, then
/// beside that object. Thread-safe.
const OpenVinoState& openvino_state();

}  // namespace visionkit
