// COCO's PNG form of panoptic segmentation: the segment id of a pixel is R + 256 G + 65536 B. What the segments are
// stands in a JSON file beside it: dataset/panoptic.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/geometry.hpp>
#include <visionkit/image/image.hpp>
#include <visionkit/image/io.hpp>

namespace visionkit {

/// The segment of every pixel, row-major, as PanopticMap wants it.
struct PanopticIds {
  std::vector<std::uint32_t> ids;
  Size size;
  friend bool operator==(const PanopticIds&, const PanopticIds&) = default;
};

struct PanopticReadImageOptions {
  std::optional<Size> size = std::nullopt;  ///< of the picture that it belongs to; a file of another size is refused
  ImageLimits limits = {};
};

/// The ids that the colours stand for. Throws invalid_argument for what check_view() refuses and for gray pictures.
[[nodiscard]] VISIONKIT_API PanopticIds panoptic_ids(const ImageView& image);
/// The colours that stand for the ids, rgb8. Throws shape when the number of ids does not fit the size,
/// invalid_argument for an id above 16777215 or a negative size, out_of_memory.
[[nodiscard]] VISIONKIT_API Image panoptic_image(std::span<const std::uint32_t> ids, Size size);

/// Reads the ids from a PNG. Throws the codes of read_image(), unsupported_image for another format, dataset_schema for
/// another size than options.size.
[[nodiscard]] VISIONKIT_API PanopticIds read_panoptic_ids(const std::string& path,
                                                          const PanopticReadImageOptions& options = {});
/// Writes a PNG whole or not at all, whatever the extension of the path. Throws as panoptic_image() and write_image().
VISIONKIT_API void write_panoptic_ids(const std::string& path, std::span<const std::uint32_t> ids, Size size);

}  // namespace visionkit
