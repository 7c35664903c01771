// Reading and writing pictures: JPEG, PNG, WebP, BMP. The content decides, never the file name. What happens to palettes,
// alpha, 16 bits, CMYK and animations is one table: src/docs/images.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <visionkit/image/image.hpp>

namespace visionkit {

struct ReadOptions {
  PixelFormat format = PixelFormat::rgb8;  ///< of the picture that comes back
  bool apply_orientation = true;           ///< turn upright by EXIF; false for parity with loaders that ignore it
};

/// Reads an encoded picture from a file. Thread-safe.
/// Throws the codes of a failed read, unsupported_image, image_corrupt, image_truncated, image_too_large.
[[nodiscard]] VISIONKIT_API Image read_image(const std::string& path, const ReadOptions& options = {});

/// Reads an encoded picture from memory. Thread-safe.
[[nodiscard]] VISIONKIT_API Image decode_image(std::span<const std::uint8_t> bytes, const ReadOptions& options = {});

}  // namespace visionkit
