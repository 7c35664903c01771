#include <visionkit/image/panoptic_io.hpp>

#include "core/fail.hpp"

namespace visionkit {

PanopticIds panoptic_ids(const ImageView& image) {
  return guarded("panoptic ids", [&] {
    check_view(image);
    if (image.format == PixelFormat::gray8) {
      fail(ErrorCode::invalid_argument, "panoptic ids: the picture is gray8, expected colours");
    }
    const auto step = static_cast<std::size_t>(channels(image.format));
    const bool is_reversed = image.format == PixelFormat::bgr8 || image.format == PixelFormat::bgra8;
    const std::size_t low = is_reversed ? 2 : 0;
    PanopticIds result = {{}, image.size()};
    result.ids.resize(static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height));
    auto* id = result.ids.data();
    for (int y = 0; y < image.height; ++y) {
      const auto* pixel = image.row(y);
      for (int x = 0; x < image.width; ++x, pixel += step) {
        *id++ = std::uint32_t{pixel[low]} | std::uint32_t{pixel[1]} << 8U | std::uint32_t{pixel[2 - low]} << 16U;
      }
    }
    return result;
  });
}

Image panoptic_image(std::span<const std::uint32_t> ids, Size size) {
  return guarded("panoptic picture", [&] {
    auto image = Image::uninitialized(size, PixelFormat::rgb8);
    const auto pixels = static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
    if (ids.size() != pixels) {
      fail(ErrorCode::shape, "a panoptic picture of {} needs {} ids, got {}", to_string(size), pixels, ids.size());
    }
    auto* byte = image.pixels().data();
    for (const auto id : ids) {
      if (id > 0xFFFFFF) fail(ErrorCode::invalid_argument, "segment id {} does not fit three bytes", id);
      *byte++ = static_cast<std::uint8_t>(id);
      *byte++ = static_cast<std::uint8_t>(id >> 8U);
      *byte++ = static_cast<std::uint8_t>(id >> 16U);
    }
    return image;
  });
}

PanopticIds read_panoptic_ids(const std::string& path, const PanopticReadImageOptions& options) {
  const auto image = read_image(path, {.orientation = OrientationPolicy::ignore,
                                       .formats = {.jpeg = false, .webp = false, .bmp = false},
                                       .limits = options.limits});
  if (options.size && image.size() != *options.size) {
    fail(ErrorCode::dataset_schema, "panoptic picture '{}' is {}, its picture is {}", path, to_string(image.size()),
         to_string(*options.size));
  }
  return panoptic_ids(image);
}

void write_panoptic_ids(const std::string& path, std::span<const std::uint32_t> ids, Size size) {
  write_image(path, panoptic_image(ids, size), {.format = ImageFormat::png});
}

}  // namespace visionkit
