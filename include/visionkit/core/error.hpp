// The only exception that leaves visionkit, and its codes: one code for everything that a caller would answer in the
// same way. The table with causes and remedies is src/docs/errors.md.
#pragma once

#include <span>
#include <stdexcept>
#include <string_view>

#include <visionkit/core/config.hpp>

namespace visionkit {

enum class ErrorCode {
  // The call itself.
  invalid_argument,  ///< a null pointer, an empty buffer, a value of the wrong kind
  invalid_option,    ///< an options field out of range, unknown, or in conflict with another
  shape,             ///< a tensor or buffer with the wrong rank or size
  dtype,             ///< a tensor with an element type that is not accepted
  cancelled,         ///< the caller asked for an end before the work was done
  // Files.
  not_found,          ///< the path does not exist
  permission_denied,  ///< the path may not be read or written
  not_regular_file,   ///< a directory, pipe, device or socket
  io,                 ///< any other failure to read or write
  // Images.
  unsupported_image,  ///< not an image, or a format or variant that is not read
  image_corrupt,      ///< the encoded data contradicts itself
  image_truncated,    ///< the encoded data ends too early
  image_too_large,    ///< beyond a limit on pixels, bytes, scans or chunks
  // Models.
  model_format,       ///< not a TorchScript archive, or one that needs something this runtime lacks
  model_corrupt,      ///< damaged: a checksum, an offset or a record does not fit
  model_too_large,    ///< beyond a limit on bytes, records or compression
  model_version,      ///< a file-format version that this LibTorch does not read
  model_untrusted,    ///< the digest or manifest that was asked for does not match
  model_record,       ///< the model record (visionkit.json and its like) is malformed
  model_contract,     ///< the model does not take or give what its record says
  model_runtime,      ///< the network failed while it ran
  non_finite_output,  ///< the network answered with NaN or infinity
  // Data sets.
  dataset_syntax,     ///< not the format that it should be: JSON that breaks off, a line that is none
  dataset_schema,     ///< well-formed, but a key is missing or a value is not what the format allows
  dataset_reference,  ///< it names an image, a category or a file that is not there
  dataset_too_large,  ///< beyond a limit on bytes
  // Resources.
  out_of_memory,  ///< an allocation failed
  internal,       ///< a defect of visionkit; please report it
};

/// What one code means, for tables and for other languages.
struct ErrorCodeInfo {
  ErrorCode code;
  std::string_view name;     ///< the enumerator, as text
  std::string_view meaning;  ///< half a sentence
};

/// Every code, in the order of the enumeration.
VISIONKIT_API std::span<const ErrorCodeInfo> error_codes() noexcept;

/// The enumerator as text, e.g. "model_corrupt".
VISIONKIT_API std::string_view to_string(ErrorCode code) noexcept;

/// Thrown by every public call that fails. `what()` is one line of at most 300 bytes: what was tried, on what, what was
/// found, what is accepted.
class VISIONKIT_API Error : public std::runtime_error {
 public:
  /// Control characters in `message` become spaces; a longer message is cut and ends in "...".
  Error(ErrorCode code, std::string_view message);

  [[nodiscard]] ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

}  // namespace visionkit
