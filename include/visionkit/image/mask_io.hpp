// Masks and label maps as PNG files: gray values without any scaling, and nothing else. Pictures are io.hpp; COCO's
// strings are Mask::to_rle(). Every function here is safe to call from many threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/label_map.hpp>
#include <visionkit/core/mask.hpp>
#include <visionkit/image/io.hpp>

namespace visionkit {

/// What becomes of a PNG whose pixels are numbers of palette colours.
enum class PaletteRule {
  refuse,       ///< dataset_schema
  use_indices,  ///< the numbers count, the colours do not: PASCAL VOC's annotations
};

struct MaskReadOptions {
  std::optional<Size> size = std::nullopt;  ///< of the picture that it belongs to; a file of another size is refused
  PaletteRule palette = PaletteRule::refuse;
  ImageLimits limits = {};
};

/// How the pixels of a mask are stored.
enum class MaskPixels {
  one_bit,     ///< black and white, the smallest
  eight_bits,  ///< 0 and 255, for programs that do not read the other
};

struct MaskWriteOptions {
  MaskPixels pixels = MaskPixels::one_bit;
  int png_compression = 3;  ///< 0 (fast, large) .. 9 (slow, small)
};

/// Reads a mask from a gray PNG of 1, 2, 4 or 8 bits: every value but 0 belongs to it.
/// Throws dataset_schema for colours, transparency, 16 bits, a palette or another size than options.size;
/// unsupported_image for what is no PNG; and the codes of read_image().
[[nodiscard]] VISIONKIT_API Mask read_mask(const std::string& path, const MaskReadOptions& options = {});
/// The same from memory. Throws invalid_argument for no bytes at all.
[[nodiscard]] VISIONKIT_API Mask decode_mask(std::span<const std::uint8_t> bytes, const MaskReadOptions& options = {});

/// Writes a gray PNG whole or not at all. Throws the codes of write_image(); invalid_argument for a mask without pixels
/// in width or height.
VISIONKIT_API void write_mask(const std::string& path, const Mask& mask, const MaskWriteOptions& options = {});
[[nodiscard]] VISIONKIT_API std::vector<std::uint8_t> encode_mask(const Mask& mask,
                                                                  const MaskWriteOptions& options = {});

struct LabelMapReadOptions {
  std::size_t class_count = 0;  ///< ids from here on are refused, void (255, or 65535 of 16 bits) is not; 0: any id
  MaskReadOptions file = {};
};

/// Reads a label map from a gray PNG, whose values are the ids: 8 bits a pixel from 1, 2, 4 or 8, 16 from 16.
/// Throws the codes of read_mask(), and dataset_schema for an id that is no class.
[[nodiscard]] VISIONKIT_API LabelMap read_label_map(const std::string& path, const LabelMapReadOptions& options = {});
[[nodiscard]] VISIONKIT_API LabelMap decode_label_map(std::span<const std::uint8_t> bytes,
                                                      const LabelMapReadOptions& options = {});

struct LabelMapWriteOptions {
  int png_compression = 3;  ///< 0 (fast, large) .. 9 (slow, small)
};

/// Writes the ids as a gray PNG of as many bits, whole or not at all; scores are not written. Throws as write_mask().
VISIONKIT_API void write_label_map(const std::string& path, const LabelMap& map,
                                   const LabelMapWriteOptions& options = {});
[[nodiscard]] VISIONKIT_API std::vector<std::uint8_t> encode_label_map(const LabelMap& map,
                                                                       const LabelMapWriteOptions& options = {});

}  // namespace visionkit
