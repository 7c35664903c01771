// The name under which the library stands in reports.
#pragma once

#include <string>

#include <fmt/format.h>

#include <visionkit/core/version.hpp>

namespace visionkit {

/// "visionkit 0.1.0"
inline std::string library_text() {
  return fmt::format("visionkit {}.{}.{}", VISIONKIT_VERSION_MAJOR, VISIONKIT_VERSION_MINOR, VISIONKIT_VERSION_PATCH);
}

}  // namespace visionkit
