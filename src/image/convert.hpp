// Pixel format conversion of one row, for decoders that produce rows and for convert().
#pragma once

#include <cstdint>

#include <visionkit/image/image.hpp>

namespace visionkit {

using ConvertRow = void (*)(const std::uint8_t* source, std::uint8_t* target, int width);

/// The function that turns a row of `from` into a row of `to`, which may be the same format. Rows must not overlap.
ConvertRow row_converter(PixelFormat from, PixelFormat to);

}  // namespace visionkit
