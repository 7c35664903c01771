// Base64 text to bytes.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace visionkit {

/// The bytes of base64 text (RFC 4648, both alphabets, white space and missing padding accepted), of a data URL when it
/// starts with "data:". Throws invalid_argument, and image_too_large for more than `max_bytes`.
std::vector<std::uint8_t> decode_base64(std::string_view text, std::uint64_t max_bytes);

}  // namespace visionkit
