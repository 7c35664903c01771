// What the first directory of a TIFF file says, read by our own code within the bytes, before libtiff sees them.
#pragma once

#include "image/codec.hpp"

namespace visionkit {

/// TIFF 6.0, section 3 to 6, and the tags of its extensions that matter here.
struct TiffLayout {
  std::uint32_t width = 0, height = 0;
  std::uint32_t bits = 1;     ///< per sample, equal for all
  std::uint32_t samples = 1;  ///< per pixel
  std::uint32_t compression = 1;
  std::uint32_t photometric = 0;    ///< 0 white is zero, 1 black is zero, 2 RGB, 3 palette, 5 CMYK, 6 YCbCr
  std::uint32_t planar = 1;         ///< 2: a plane for each sample
  std::uint32_t sample_format = 1;  ///< 1: unsigned integers
  std::uint32_t orientation = 1;
  std::uint32_t block_width = 0, block_height = 0;  ///< of a strip or tile
  bool is_tiled = false;
  bool has_more_pages = false;

  [[nodiscard]] std::uint64_t columns() const { return (std::uint64_t{width} + block_width - 1) / block_width; }
  [[nodiscard]] std::uint64_t rows() const { return (std::uint64_t{height} + block_height - 1) / block_height; }
  [[nodiscard]] std::uint32_t planes() const { return planar == 2 ? samples : 1; }
  [[nodiscard]] std::uint32_t samples_per_plane() const { return planar == 2 ? 1 : samples; }
  [[nodiscard]] bool is_gray() const { return photometric <= 1; }
  [[nodiscard]] std::uint64_t block_bytes() const {
    return (std::uint64_t{block_width} * samples_per_plane() * bits + 7) / 8 * block_height;
  }
};

/// Throws unsupported_image, image_corrupt, image_too_large.
TiffLayout read_tiff_layout(Bytes bytes, const ReadOptions& options);

}  // namespace visionkit
