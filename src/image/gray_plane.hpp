// Numbers in PNG files: gray values or palette indices as they are stored, never scaled, converted or dropped.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include <visionkit/image/io.hpp>
#include <visionkit/image/mask_io.hpp>

#include "image/codec.hpp"

namespace visionkit {

/// Row-major values, 16-bit ones in the machine's order.
struct GrayPlane {
  Size size = {};
  std::variant<std::vector<std::uint8_t>, std::vector<std::uint16_t>> values;
};

/// Values that are to be written, rows packed.
struct GrayPlaneView {
  const void* values = nullptr;  ///< std::uint8_t, or std::uint16_t for 16 bits
  Size size = {};
  int bits = 8;  ///< 1 (of values 0 and 1), 8 or 16
};

/// `what` is the noun of error messages. Throws the codes of decode_image(), and dataset_schema for what a plane cannot
/// be: colours, alpha, a palette unless options allow it, another size than options.size, more than `max_bits`.
GrayPlane decode_gray_plane(Bytes bytes, const MaskReadOptions& options, int max_bits, std::string_view what);

/// A PNG of as many bits. The compression has been checked.
std::vector<std::uint8_t> encode_gray_plane(const GrayPlaneView& plane, int png_compression);

}  // namespace visionkit
