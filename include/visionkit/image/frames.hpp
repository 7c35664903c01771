// Frames that are not 8 bits a channel, or not RGB, as cameras and video decoders hand them out, to Image. 8-bit frames
// need nothing from here: an ImageView with their stride and PixelFormat will do. Borrowed memory, safe from many
// threads.
#pragma once

#include <cstddef>
#include <cstdint>

#include <visionkit/image/image.hpp>

namespace visionkit {

/// A borrowed picture of 16-bit channels, in the byte order of the machine.
struct ImageView16 {
  const std::uint16_t* data = nullptr;  ///< the top left pixel
  int width = 0;
  int height = 0;
  std::ptrdiff_t stride = 0;               ///< bytes from one row to the next
  PixelFormat format = PixelFormat::rgb8;  ///< number and order of the channels; each is 16 bits wide
  int bits = 16;                           ///< that are in use, from the lowest: 8..16
};

/// A borrowed picture of float channels.
struct ImageViewFloat {
  const float* data = nullptr;  ///< the top left pixel
  int width = 0;
  int height = 0;
  std::ptrdiff_t stride = 0;               ///< bytes from one row to the next
  PixelFormat format = PixelFormat::rgb8;  ///< number and order of the channels; each is a float
  float white = 1.0F;                      ///< the value that becomes 255; 0 becomes 0
};

/// A video frame in NV12: a plane of luma, then at half resolution one of chroma pairs (U, V).
struct Nv12View {
  const std::uint8_t* y = nullptr;
  const std::uint8_t* uv = nullptr;  ///< (width + 1) / 2 pairs in each of (height + 1) / 2 rows
  int width = 0;
  int height = 0;
  std::ptrdiff_t y_stride = 0;   ///< bytes
  std::ptrdiff_t uv_stride = 0;  ///< bytes
};

/// A video frame in I420: a plane of luma, and at half resolution one of U and one of V.
struct I420View {
  const std::uint8_t* y = nullptr;
  const std::uint8_t* u = nullptr;
  const std::uint8_t* v = nullptr;
  int width = 0;
  int height = 0;
  std::ptrdiff_t y_stride = 0;   ///< bytes
  std::ptrdiff_t uv_stride = 0;  ///< bytes, of both
};

/// The upper 8 of the bits in use (a 16-bit 0x1234 becomes 0x12); values beyond them become 255.
/// This and the functions below throw invalid_argument for null pointers, empty sizes and strides shorter than a row.
[[nodiscard]] VISIONKIT_API Image to_image(const ImageView16& frame);

/// value * 255 / white, rounded to nearest (halves to even) and clamped to 0..255; not-a-number becomes 0.
[[nodiscard]] VISIONKIT_API Image to_image(const ImageViewFloat& frame);

/// RGB by ITU-R BT.601 limited range, each chroma sample serving its 2x2 pixels; in 20-bit fixed point the same bytes
/// as OpenCV's cvtColor with COLOR_YUV2RGB_NV12 and COLOR_YUV2RGB_I420. Odd sizes are accepted.
///   R = 1.164 (Y - 16) + 1.596 (V - 128)
///   G = 1.164 (Y - 16) - 0.813 (V - 128) - 0.391 (U - 128)
///   B = 1.164 (Y - 16) + 2.018 (U - 128)
[[nodiscard]] VISIONKIT_API Image to_image(const Nv12View& frame);
[[nodiscard]] VISIONKIT_API Image to_image(const I420View& frame);

}  // namespace visionkit
