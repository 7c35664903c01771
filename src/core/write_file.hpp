// Writing files whole or not at all.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <visionkit/core/config.hpp>

namespace visionkit {

/// Writes to a temporary file in the folder of `path`, then renames it to `path`, replacing what was there. A failure
/// leaves what was there and no temporary file. `what` is the noun of error messages.
/// Throws not_found, permission_denied, not_regular_file, io.
VISIONKIT_API void write_file(const std::string& path, std::span<const std::uint8_t> bytes, const char* what);

}  // namespace visionkit
