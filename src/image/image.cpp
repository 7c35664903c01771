#include <visionkit/image/image.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/fail.hpp"
#include "core/large_memory.hpp"
#include "image/convert.hpp"

namespace visionkit {

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
  if (view.empty()) {
    fail(ErrorCode::invalid_argument, "the image is {}; both sides must be at least 1", to_string(view.size()));
  }
  if (channels(view.format) == 0) {
    fail(ErrorCode::invalid_argument, "the image has the unknown pixel format {}", static_cast<int>(view.format));
  }
  const auto row = std::ptrdiff_t{view.width} * channels(view.format);
  if (view.stride < row) {
    fail(ErrorCode::invalid_argument, "the image's stride is {} bytes; a row of {} {} pixels has {}", view.stride,
         view.width, to_string(view.format), row);
  }
}

void Image::Free::operator()(std::uint8_t* pixels) const noexcept { FreeLargeMemory{}(pixels); }

Image Image::uninitialized(Size size, PixelFormat format) {
  if (size.width < 0 || size.height < 0) {
    fail(ErrorCode::invalid_argument, "an image of {} cannot exist", to_string(size));
  }
  Image image;
  image.size_ = size;
  image.format_ = format;
  image.pixels_.reset(allocate_large(image.byte_count(), "an image").release());
  return image;
}

Image::Image(Size size, PixelFormat format) : Image(uninitialized(size, format)) {
  std::ranges::fill(pixels(), std::uint8_t{0});
}

Image::Image(const ImageView& view) {
  check_view(view);
  *this = uninitialized(view.size(), view.format);
  for (int y = 0; y < height(); ++y) std::memcpy(row(y), view.row(y), static_cast<std::size_t>(stride()));
}

Image::Image(const Image& other) {
  if (other.pixels_ == nullptr) return;
  *this = uninitialized(other.size_, other.format_);
  std::ranges::copy(other.pixels(), pixels_.get());
}

Image::Image(Image&& other) noexcept
    : size_(std::exchange(other.size_, {})), format_(other.format_), pixels_(std::move(other.pixels_)) {}

Image& Image::operator=(Image other) noexcept {
  size_ = std::exchange(other.size_, {});
  format_ = other.format_;
  pixels_ = std::move(other.pixels_);
  return *this;
}

bool operator==(const Image& a, const Image& b) {
  return a.size_ == b.size_ && a.format_ == b.format_ && std::ranges::equal(a.pixels(), b.pixels());
}

Image convert(const ImageView& view, PixelFormat format) {
  check_view(view);
  if (channels(format) == 0) {
    fail(ErrorCode::invalid_argument, "cannot convert an image to the unknown pixel format {}",
         static_cast<int>(format));
  }
  auto out = Image::uninitialized(view.size(), format);
  const auto convert_row = row_converter(view.format, format);
  for (int y = 0; y < out.height(); ++y) convert_row(view.row(y), out.row(y), out.width());
  return out;
}

}  // namespace visionkit
