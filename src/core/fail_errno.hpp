// How failed system calls on files are told: one code for each errno, wherever the file is.
#pragma once

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>

#include "core/fail.hpp"

namespace visionkit {

/// "cannot read", "image", the path. Throws not_found, permission_denied, not_regular_file, io.
[[noreturn]] inline void fail_errno(std::string_view doing, std::string_view what, const std::string& path, int error) {
  const auto code = error == ENOENT || error == ENOTDIR                   ? ErrorCode::not_found
                    : error == EACCES || error == EPERM || error == EROFS ? ErrorCode::permission_denied
                    : error == EISDIR                                     ? ErrorCode::not_regular_file
                                                                          : ErrorCode::io;
  fail(code, "{} {} '{}': {}", doing, what, path, std::generic_category().message(error));
}

}  // namespace visionkit
