#include <visionkit/core/error.hpp>

#include <algorithm>
#include <array>
#include <string>

namespace visionkit {
namespace {

constexpr std::array table = {
    ErrorCodeInfo{ErrorCode::invalid_argument, "invalid_argument",
                  "a null pointer, an empty buffer, a value of the wrong kind"},
    ErrorCodeInfo{ErrorCode::invalid_option, "invalid_option",
                  "an options field out of range, unknown, or in conflict"},
    ErrorCodeInfo{ErrorCode::shape, "shape", "a tensor or buffer with the wrong rank or size"},
    ErrorCodeInfo{ErrorCode::dtype, "dtype", "a tensor with an element type that is not accepted"},
    ErrorCodeInfo{ErrorCode::cancelled, "cancelled", "the caller asked for an end before the work was done"},
    ErrorCodeInfo{ErrorCode::not_found, "not_found", "the path does not exist"},
    ErrorCodeInfo{ErrorCode::permission_denied, "permission_denied", "the path may not be read or written"},
    ErrorCodeInfo{ErrorCode::not_regular_file, "not_regular_file", "a directory, pipe, device or socket"},
    ErrorCodeInfo{ErrorCode::io, "io", "any other failure to read or write"},
    ErrorCodeInfo{ErrorCode::unsupported_image, "unsupported_image",
                  "not an image, or a format or variant that is not read"},
    ErrorCodeInfo{ErrorCode::image_corrupt, "image_corrupt", "the encoded data contradicts itself"},
    ErrorCodeInfo{ErrorCode::image_truncated, "image_truncated", "the encoded data ends too early"},
    ErrorCodeInfo{ErrorCode::image_too_large, "image_too_large", "beyond a limit on pixels, bytes, scans or chunks"},
    ErrorCodeInfo{ErrorCode::model_format, "model_format",
                  "not a TorchScript archive, or one that needs what this runtime lacks"},
    ErrorCodeInfo{ErrorCode::model_corrupt, "model_corrupt", "damaged: a checksum, an offset or a record does not fit"},
    ErrorCodeInfo{ErrorCode::model_too_large, "model_too_large", "beyond a limit on bytes, records or compression"},
    ErrorCodeInfo{ErrorCode::model_version, "model_version", "a file-format version that this LibTorch does not read"},
    ErrorCodeInfo{ErrorCode::model_untrusted, "model_untrusted",
                  "the digest or manifest that was asked for does not match"},
    ErrorCodeInfo{ErrorCode::model_record, "model_record", "the model record is malformed"},
    ErrorCodeInfo{ErrorCode::model_contract, "model_contract", "the model does not take or give what its record says"},
    ErrorCodeInfo{ErrorCode::model_runtime, "model_runtime", "the network failed while it ran"},
    ErrorCodeInfo{ErrorCode::non_finite_output, "non_finite_output", "the network answered with NaN or infinity"},
    ErrorCodeInfo{ErrorCode::dataset_syntax, "dataset_syntax", "not the format that it should be, or it breaks off"},
    ErrorCodeInfo{ErrorCode::dataset_schema, "dataset_schema",
                  "a key is missing or a value is not what the format allows"},
    ErrorCodeInfo{ErrorCode::dataset_reference, "dataset_reference",
                  "it names an image, a category or a file that is not there"},
    ErrorCodeInfo{ErrorCode::dataset_too_large, "dataset_too_large", "beyond a limit on bytes"},
    ErrorCodeInfo{ErrorCode::out_of_memory, "out_of_memory", "an allocation failed"},
    ErrorCodeInfo{ErrorCode::internal, "internal", "a defect of visionkit"},
};

constexpr std::size_t max_message_bytes = 300;

std::string one_line(std::string_view message) {
  std::string line(message);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  if (line.size() > max_message_bytes) {
    auto end = max_message_bytes - 3;
    while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80U) --end;  // not inside a UTF-8 character
    line.replace(end, std::string::npos, "...");
  }
  return line;
}

}  // namespace

std::span<const ErrorCodeInfo> error_codes() noexcept { return table; }

std::string_view to_string(ErrorCode code) noexcept {
  const auto row = std::find_if(table.begin(), table.end(), [code](const auto& info) { return info.code == code; });
  return row == table.end() ? "unknown" : row->name;
}

Error::Error(ErrorCode code, std::string_view message) : std::runtime_error(one_line(message)), code_(code) {}

}  // namespace visionkit
