// Pictures in memory: a borrowed view and an owning value, both 8-bit, both with their pixel format. Coordinates run from
// the top left; rows may be padded. visionkit's own order is RGB; BGR enters through interop/opencv.hpp or by its name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/geometry.hpp>

namespace visionkit {

/// The channels of one pixel in memory order, 8 bits each.
enum class PixelFormat { rgb8, bgr8, rgba8, bgra8, gray8 };

VISIONKIT_API std::string_view to_string(PixelFormat format) noexcept;
/// Channels, which is bytes per pixel.
[[nodiscard]] VISIONKIT_API int channels(PixelFormat format) noexcept;

/// A borrowed picture. Valid as long as the memory it points to.
struct ImageView {
  const std::uint8_t* data = nullptr;  ///< the top left pixel
  int width = 0;                       ///< pixels
  int height = 0;                      ///< rows
  std::ptrdiff_t stride = 0;           ///< bytes from one row to the next, at least width * channels
  PixelFormat format = PixelFormat::rgb8;

  [[nodiscard]] Size size() const { return {width, height}; }
  [[nodiscard]] const std::uint8_t* row(int y) const { return data + y * stride; }
  [[nodiscard]] bool empty() const { return width <= 0 || height <= 0; }
};

/// A picture that owns its pixels, rows packed without padding. A value: copies are deep.
class VISIONKIT_API Image {
 public:
  Image() = default;
  /// A picture of zeros. Throws invalid_argument for a negative size, out_of_memory.
  Image(Size size, PixelFormat format);
  /// A deep copy of a view. Throws invalid_argument for a null pointer or a stride shorter than a row.
  explicit Image(const ImageView& view);

  [[nodiscard]] Size size() const { return size_; }
  [[nodiscard]] int width() const { return size_.width; }
  [[nodiscard]] int height() const { return size_.height; }
  [[nodiscard]] PixelFormat format() const { return format_; }
  [[nodiscard]] bool empty() const { return pixels_.empty(); }
  [[nodiscard]] std::ptrdiff_t stride() const { return std::ptrdiff_t{size_.width} * channels(format_); }
  [[nodiscard]] std::span<std::uint8_t> pixels() { return pixels_; }
  [[nodiscard]] std::span<const std::uint8_t> pixels() const { return pixels_; }
  [[nodiscard]] std::uint8_t* row(int y) { return pixels_.data() + y * stride(); }
  [[nodiscard]] const std::uint8_t* row(int y) const { return pixels_.data() + y * stride(); }

  [[nodiscard]] ImageView view() const { return {pixels_.data(), size_.width, size_.height, stride(), format_}; }
  operator ImageView() const { return view(); }  // NOLINT(google-explicit-constructor): an image is viewed for free
  friend bool operator==(const Image&, const Image&) = default;

 private:
  Size size_;
  PixelFormat format_ = PixelFormat::rgb8;
  std::vector<std::uint8_t> pixels_;
};

/// Checks what every function that takes a view relies on: a pointer, a positive size, a stride of at least one row.
/// Throws invalid_argument.
VISIONKIT_API void check_view(const ImageView& view);

/// A copy in another pixel format. Alpha is dropped, never blended, and is 255 where it is new; gray from colour is
/// Pillow's (19595 R + 38470 G + 7471 B + 32768) >> 16.
[[nodiscard]] VISIONKIT_API Image convert(const ImageView& view, PixelFormat format);

}  // namespace visionkit
