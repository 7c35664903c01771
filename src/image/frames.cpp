#include <visionkit/image/frames.hpp>

#include <algorithm>
#include <cmath>

#include "core/fail.hpp"

namespace visionkit {
namespace {

void check_plane(const char* name, const void* data, std::ptrdiff_t stride, std::ptrdiff_t row_bytes) {
  if (data == nullptr) fail(ErrorCode::invalid_argument, "the {} has a null pointer", name);
  if (stride < row_bytes) {
    fail(ErrorCode::invalid_argument, "the {}'s stride is {} bytes; a row has {}", name, stride, row_bytes);
  }
}

void check_sides(const char* name, int width, int height) {
  if (width < 1 || height < 1) {
    fail(ErrorCode::invalid_argument, "the {} is {}x{}; both sides must be at least 1", name, width, height);
  }
}

template <class View>
void check_frame(const char* name, const View& frame) {
  check_sides(name, frame.width, frame.height);
  if (channels(frame.format) == 0) {
    fail(ErrorCode::invalid_argument, "the {} has the unknown pixel format {}", name, static_cast<int>(frame.format));
  }
  const auto row_bytes =
      std::ptrdiff_t{frame.width} * channels(frame.format) * static_cast<std::ptrdiff_t>(sizeof(*frame.data));
  check_plane(name, frame.data, frame.stride, row_bytes);
  if (frame.stride % static_cast<std::ptrdiff_t>(alignof(std::remove_cvref_t<decltype(*frame.data)>)) != 0) {
    fail(ErrorCode::invalid_argument, "the {}'s stride is {} bytes, not a whole number of channels", name,
         frame.stride);
  }
}

template <class View, class Convert>
Image convert_channels(const View& frame, Convert convert_channel) {
  auto image = Image::uninitialized({frame.width, frame.height}, frame.format);
  const auto count = image.stride();
  for (int y = 0; y < frame.height; ++y) {
    const auto* source = frame.data + y * (frame.stride / static_cast<std::ptrdiff_t>(sizeof(*frame.data)));
    auto* target = image.row(y);
    for (std::ptrdiff_t i = 0; i < count; ++i) target[i] = convert_channel(source[i]);
  }
  return image;
}

std::uint8_t clamp_to_byte(int value) { return static_cast<std::uint8_t>(std::clamp(value, 0, 255)); }

// BT.601 limited range with 20 fractional bits, the constants of OpenCV's ITUR_BT_601_*.
constexpr int fraction_bits = 20, luma = 1220542, red_of_v = 1673527, green_of_v = -852492, green_of_u = -409993,
              blue_of_u = 2116026;

// `u` and `v` step by `chroma_step` from one pair of pixels to the next.
void convert_yuv_row(const std::uint8_t* y, const std::uint8_t* u, const std::uint8_t* v, int chroma_step, int width,
                     std::uint8_t* rgb) {
  constexpr int half = 1 << (fraction_bits - 1);
  for (int x = 0; x < width; x += 2, u += chroma_step, v += chroma_step) {
    const int du = *u - 128;
    const int dv = *v - 128;
    const int red = half + red_of_v * dv;
    const int green = half + green_of_v * dv + green_of_u * du;
    const int blue = half + blue_of_u * du;
    for (int i = x; i < std::min(x + 2, width); ++i, rgb += 3) {
      const int light = std::max(0, y[i] - 16) * luma;
      rgb[0] = clamp_to_byte((light + red) >> fraction_bits);
      rgb[1] = clamp_to_byte((light + green) >> fraction_bits);
      rgb[2] = clamp_to_byte((light + blue) >> fraction_bits);
    }
  }
}

}  // namespace

Image to_image(const ImageView16& frame) {
  check_frame("16-bit frame", frame);
  if (frame.bits < 8 || frame.bits > 16) {
    fail(ErrorCode::invalid_argument, "the 16-bit frame uses {} bits, expected 8..16", frame.bits);
  }
  const int shift = frame.bits - 8;
  return convert_channels(
      frame, [shift](std::uint16_t value) { return static_cast<std::uint8_t>(std::min(value >> shift, 255)); });
}

Image to_image(const ImageViewFloat& frame) {
  check_frame("float frame", frame);
  if (!(frame.white > 0) || !std::isfinite(frame.white)) {
    fail(ErrorCode::invalid_argument, "the float frame's white is {}, expected a positive number", frame.white);
  }
  const double scale = 255.0 / frame.white;
  return convert_channels(frame, [scale](float value) {
    const double scaled = value * scale;
    // The comparison is false for not-a-number.
    return scaled > 0 ? static_cast<std::uint8_t>(std::nearbyint(std::min(scaled, 255.0))) : std::uint8_t{0};
  });
}

Image to_image(const Nv12View& frame) {
  check_sides("NV12 frame", frame.width, frame.height);
  check_plane("NV12 frame's luma", frame.y, frame.y_stride, frame.width);
  check_plane("NV12 frame's chroma", frame.uv, frame.uv_stride, (std::ptrdiff_t{frame.width} + 1) / 2 * 2);
  auto image = Image::uninitialized({frame.width, frame.height}, PixelFormat::rgb8);
  for (int y = 0; y < frame.height; ++y) {
    const auto* uv = frame.uv + y / 2 * frame.uv_stride;
    convert_yuv_row(frame.y + y * frame.y_stride, uv, uv + 1, 2, frame.width, image.row(y));
  }
  return image;
}

Image to_image(const I420View& frame) {
  check_sides("I420 frame", frame.width, frame.height);
  check_plane("I420 frame's luma", frame.y, frame.y_stride, frame.width);
  check_plane("I420 frame's U plane", frame.u, frame.uv_stride, (std::ptrdiff_t{frame.width} + 1) / 2);
  check_plane("I420 frame's V plane", frame.v, frame.uv_stride, (std::ptrdiff_t{frame.width} + 1) / 2);
  auto image = Image::uninitialized({frame.width, frame.height}, PixelFormat::rgb8);
  for (int y = 0; y < frame.height; ++y) {
    const auto chroma = y / 2 * frame.uv_stride;
    convert_yuv_row(frame.y + y * frame.y_stride, frame.u + chroma, frame.v + chroma, 1, frame.width, image.row(y));
  }
  return image;
}

}  // namespace visionkit
