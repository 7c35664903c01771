// Reading whole files without surprises: a regular file only (a pipe would block for ever), bounded, read once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/error.hpp>

namespace visionkit {

struct FileRule {
  const char* what = "file";                          ///< the noun of error messages, "image" say
  std::uint64_t max_bytes = 0;                        ///< larger files are refused
  ErrorCode too_large = ErrorCode::invalid_argument;  ///< with this code
};

/// The bytes of a regular file. Throws not_found, permission_denied, not_regular_file, io, rule.too_large,
/// out_of_memory.
VISIONKIT_API std::vector<std::uint8_t> read_file(const std::string& path, const FileRule& rule);

}  // namespace visionkit
