// The versions of the engines, for files that include neither.
#pragma once

#include <string>

namespace visionkit {

std::string libtorch_version();  ///< "2.13.0"

struct OpenVinoVersion {
  std::string number = {};  ///< "2026.4.1"; empty when it is not available
  std::string reason = {};  ///< why it is not
};
/// Opens the plug-in at the first call.
OpenVinoVersion openvino_version();

}  // namespace visionkit
