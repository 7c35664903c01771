#include <visionkit/image/image.hpp>

#include <cstring>
#include <limits>

#include "core/fail.hpp"

namespace visionkit {
namespace {

// Where red, green, blue and alpha sit in a pixel; -1 for alpha where there is none.
struct Channels {
  int red, green, blue, alpha;
};

constexpr Channels channels_of(PixelFormat format) {
  switch (format) {
    case PixelFormat::rgb8: return {0, 1, 2, -1};
    case PixelFormat::bgr8: return {2, 1, 0, -1};
    case PixelFormat::rgba8: return {0, 1, 2, 3};
    case PixelFormat::bgra8: return {2, 1, 0, 3};
    case PixelFormat::gray8: return {0, 0, 0, -1};
  }
  return {0, 0, 0, -1};
}

}  // namespace

std::string_view to_string(PixelFormat format) noexcept {
  switch (format) {
    case PixelFormat::rgb8: return "rgb8";
    case PixelFormat::bgr8: return "bgr8";
    case PixelFormat::rgba8: return "rgba8";
    case PixelFormat::bgra8: return "bgra8";
    case PixelFormat::gray8: return "gray8";
  }
  return "unknown";
}

int channels(PixelFormat format) noexcept {
  switch (format) {
    case PixelFormat::rgb8:
    case PixelFormat::bgr8: return 3;
    case PixelFormat::rgba8:
    case PixelFormat::bgra8: return 4;
    case PixelFormat::gray8: return 1;
  }
  return 0;
}

void check_view(const ImageView& view) {
  if (view.data == nullptr) fail(ErrorCode::invalid_argument, "the image has a null pointer");
  if (view.empty()) fail(ErrorCode::invalid_argument, "the image is {}; both sides must be at least 1", to_string(view.size()));
  const auto row = std::ptrdiff_t{view.width} * channels(view.format);
  if (view.stride < row) fail(ErrorCode::invalid_argument, "the image's stride is {} bytes; a row of {} {} pixels has {}", view.stride, view.width, to_string(view.format), row);
}

Image::Image(Size size, PixelFormat format) : size_(size), format_(format) {
  if (size.width < 0 || size.height < 0) fail(ErrorCode::invalid_argument, "an image of {} cannot exist", to_string(size));
  guarded("making an image", [&] { pixels_.resize(static_cast<std::size_t>(stride()) * static_cast<std::size_t>(size.height)); });
}

Image::Image(const ImageView& view) : Image(view.size(), view.format) {
  check_view(view);
  for (int y = 0; y < height(); ++y) std::memcpy(row(y), view.row(y), static_cast<std::size_t>(stride()));
}

Image convert(const ImageView& view, PixelFormat format) {
  check_view(view);
  if (view.format == format) return Image(view);
  Image out(view.size(), format);
  const auto from = channels_of(view.format);
  const auto to = channels_of(format);
  const int from_step = channels(view.format);
  const int to_step = channels(format);
  for (int y = 0; y < out.height(); ++y) {
    const auto* source = view.row(y);
    auto* target = out.row(y);
    for (int x = 0; x < out.width(); ++x, source += from_step, target += to_step) {
      const auto red = source[from.red];
      const auto green = source[from.green];
      const auto blue = source[from.blue];
      if (format == PixelFormat::gray8) {
        target[0] = static_cast<std::uint8_t>((19595U * red + 38470U * green + 7471U * blue + 32768U) >> 16U);
        continue;
      }
      target[to.red] = red;
      target[to.green] = green;
      target[to.blue] = blue;
      if (to.alpha >= 0) target[to.alpha] = from.alpha >= 0 ? source[from.alpha] : 255;
    }
  }
  return out;
}

}  // namespace visionkit
