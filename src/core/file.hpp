// Reading whole files without surprises: a regular file only (a pipe would block for ever), bounded, read once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
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

/// A regular file that is open for reading. Opening throws not_found, permission_denied, not_regular_file, io,
/// rule.too_large.
class VISIONKIT_API RegularFile {
 public:
  RegularFile(const std::string& path, const FileRule& rule);
  RegularFile(const RegularFile&) = delete;
  RegularFile& operator=(const RegularFile&) = delete;
  ~RegularFile();

  /// When it was opened.
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  /// When it was changed last, in nanoseconds of the system's clock.
  [[nodiscard]] std::int64_t modified_ns() const noexcept { return modified_ns_; }
  /// Fills the target with what comes next; the number of bytes is less than its size only at the end of the file.
  /// Throws io.
  std::size_t read(std::span<std::uint8_t> target);

 private:
  std::string path_;
  FileRule rule_;
  int descriptor_;
  std::uint64_t size_ = 0;
  std::int64_t modified_ns_ = 0;
};

/// The bytes of a regular file. Throws not_found, permission_denied, not_regular_file, io, rule.too_large,
/// out_of_memory.
VISIONKIT_API std::vector<std::uint8_t> read_file(const std::string& path, const FileRule& rule);

}  // namespace visionkit
