// Pictures in memory: a borrowed view and an owning value, both 8-bit, both with their pixel format. Coordinates run
// from the top left; rows may be padded. visionkit's own order is RGB; BGR enters through interop/opencv.hpp or by its
// name. Frames of other kinds (16 bits, floats, NV12, I420) become an Image through image/frames.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

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

/// A picture that owns its pixels, rows packed without padding. A value: copies are deep, a moved-from picture is
/// empty.
class VISIONKIT_API Image {
 public:
  Image() = default;
  /// A picture of zeros. Throws invalid_argument for a negative size, out_of_memory.
  Image(Size size, PixelFormat format);
  /// A deep copy of a view. Throws invalid_argument for what check_view() refuses.
  explicit Image(const ImageView& view);
  /// A picture whose every pixel is about to be written: what it holds until then is unspecified.
  [[nodiscard]] static Image uninitialized(Size size, PixelFormat format);

  Image(const Image& other);
  Image(Image&& other) noexcept;
  Image& operator=(Image other) noexcept;
  ~Image() = default;

  [[nodiscard]] Size size() const { return size_; }
  [[nodiscard]] int width() const { return size_.width; }
  [[nodiscard]] int height() const { return size_.height; }
  [[nodiscard]] PixelFormat format() const { return format_; }
  [[nodiscard]] bool empty() const { return size_.width == 0 || size_.height == 0; }
  [[nodiscard]] std::ptrdiff_t stride() const { return std::ptrdiff_t{size_.width} * channels(format_); }
  [[nodiscard]] std::span<std::uint8_t> pixels() { return {pixels_.get(), byte_count()}; }
  [[nodiscard]] std::span<const std::uint8_t> pixels() const { return {pixels_.get(), byte_count()}; }
  [[nodiscard]] std::uint8_t* row(int y) { return pixels_.get() + y * stride(); }
  [[nodiscard]] const std::uint8_t* row(int y) const { return pixels_.get() + y * stride(); }

  [[nodiscard]] ImageView view() const { return {pixels_.get(), size_.width, size_.height, stride(), format_}; }
  operator ImageView() const { return view(); }  // NOLINT(google-explicit-constructor): an image is viewed for free
  /// Equal size, format and pixels.
  VISIONKIT_API friend bool operator==(const Image& a, const Image& b);

 private:
  struct Free {
    VISIONKIT_API void operator()(std::uint8_t* pixels) const noexcept;
  };

  [[nodiscard]] std::size_t byte_count() const {
    return static_cast<std::size_t>(stride()) * static_cast<std::size_t>(size_.height);
  }

  Size size_;
  PixelFormat format_ = PixelFormat::rgb8;
  std::unique_ptr<std::uint8_t[], Free> pixels_;
};

/// Checks what every function that takes a view relies on: a pointer, a positive size, a stride of at least one row.
/// Throws invalid_argument.
VISIONKIT_API void check_view(const ImageView& view);

/// A copy in another pixel format. Alpha is dropped, never blended, and is 255 where it is new; gray from colour is
/// Pillow's (19595 R + 38470 G + 7471 B + 32768) >> 16.
[[nodiscard]] VISIONKIT_API Image convert(const ImageView& view, PixelFormat format);

}  // namespace visionkit
