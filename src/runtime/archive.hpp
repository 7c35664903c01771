// A TorchScript file that was checked from its first byte to its last before LibTorch sees any of it. LibTorch itself
// checks no checksum and can crash on a damaged archive, so everything here is refused with a typed error:
//
//   source     a path that is no regular file, an empty file, more bytes than the limits allow
//   trust      a SHA-256 other than RunOptions::sha256, or other than RunOptions::manifest lists for this file
//   format     everything that is no TorchScript archive; the message says what it is and what to do
//   structure  the end record (with its zip64 twin) is the last thing in the file, without a comment; the central
//              directory ends where it begins; the records fill the file from byte 0 to the directory, in any order,
//              without gap or overlap; every local header and data descriptor repeats its central entry; names are
//              unique, relative, without empty, "." or ".." parts, backslashes and control characters, and lie in one
//              top folder
//   writer     fields that no checksum covers have the values of PyTorch's writer or of Python's zipfile (fresh
//              archives, records appended or copied to one, zip64, output that cannot seek); comments, encryption,
//              other compression methods and other extra fields are refused
//   limits     declared sizes, their sum, extra files, the number of records, and the compression ratio of the file and
//              of each record above 64 KiB (small constant tensors pack better than that)
//   contents   every record unpacks to its declared size and CRC-32, and a deflate stream has no unused bit set
//   version    the version record is a number that this LibTorch reads
//
// What a change may pass through: the bytes of PyTorch's alignment padding; the permission bits of a record that
// Python's zipfile took from a file; in a deflated record, a changed back-reference that unpacks to the same bytes.
// None of them changes what is loaded.
//
// No Torch header is included here: the checks are built and tested without LibTorch.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/device.hpp>

#include "core/large_memory.hpp"
#include "runtime/zip.hpp"

namespace visionkit {

/// The TorchScript file formats that the linked LibTorch reads, both ends included.
struct FormatVersions {
  std::uint64_t oldest = 1;
  std::uint64_t newest = 10;
};

/// The bytes of a checked TorchScript archive. Immutable; safe to use from many threads.
///
/// Reading computes the SHA-256 on the way; checking costs a pass of CRC-32 and constant memory beside the file's
/// bytes. Throws invalid_option for a malformed `sha256`, zero limits, or a manifest without a path; not_found,
/// permission_denied, not_regular_file, io for the file; invalid_argument for no bytes; model_format, model_corrupt,
/// model_too_large, model_version, model_untrusted as listed above; out_of_memory.
class VISIONKIT_API Archive {
 public:
  /// Reads the file once and checks what was read.
  static Archive from_file(const std::string& path, const RunOptions& options = {}, FormatVersions accepted = {});
  /// Checks borrowed bytes, which must outlive the archive; `name` stands for the path in messages.
  static Archive from_bytes(std::span<const std::uint8_t> bytes, std::string name, const RunOptions& options = {},
                            FormatVersions accepted = {});

  Archive(Archive&&) noexcept = default;
  Archive& operator=(Archive&&) noexcept = default;
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;
  ~Archive() = default;

  /// The path, or the name given for bytes.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// Empty when the archive was made from bytes.
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept { return bytes_; }
  /// SHA-256 of the file, 64 lower-case hexadecimal digits.
  [[nodiscard]] const std::string& digest() const noexcept { return digest_; }
  [[nodiscard]] std::uint64_t format_version() const noexcept { return format_version_; }
  /// The folder that holds every record, "archive" say.
  [[nodiscard]] const std::string& top_folder() const noexcept { return top_folder_; }
  /// Every record in the order of the directory, with its full name; folders are left out.
  [[nodiscard]] std::span<const ZipRecord> records() const noexcept { return records_; }
  /// The unpacked bytes of one of records().
  [[nodiscard]] std::string contents(const ZipRecord& record) const;
  /// The contents of `<top folder>/extra/<name>`, unpacked; nothing when there is none.
  [[nodiscard]] std::optional<std::string> extra_file(std::string_view name) const;

 private:
  struct Bytes {
    LargeMemory owned = {};
    std::span<const std::uint8_t> all;  // owned, or the caller's
    std::string digest;
  };
  static Bytes read(const std::string& path, const RunOptions& options);
  Archive(Bytes bytes, std::string name, std::string path, const RunOptions& options, FormatVersions accepted);

  LargeMemory owned_;
  std::span<const std::uint8_t> bytes_;
  std::string name_;
  std::string path_;
  std::string digest_;
  std::string top_folder_;
  std::uint64_t format_version_ = 0;
  std::vector<ZipRecord> records_;
};

}  // namespace visionkit
