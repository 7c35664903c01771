#include "image/orient.hpp"

#include <algorithm>
#include <cstring>

namespace visionkit {
namespace {

// Pixel (x, y) of the result is at origin + x * x_step + y * y_step in the source, in bytes.
struct Walk {
  std::ptrdiff_t origin, x_step, y_step;
};

// The EXIF standard names where row 0 and column 0 of the stored picture lie: 1 top left, 2 top right, 3 bottom right,
// 4 bottom left, 5 left top, 6 right top, 7 right bottom, 8 left bottom.
Walk walk_of(const ImageView& source, int orientation) {
  const std::ptrdiff_t pixel = channels(source.format);
  const std::ptrdiff_t row = source.stride;
  const std::ptrdiff_t right = (source.width - 1) * pixel;
  const std::ptrdiff_t bottom = (source.height - 1) * row;
  switch (orientation) {
    case 2: return {right, -pixel, row};
    case 3: return {right + bottom, -pixel, -row};
    case 4: return {bottom, pixel, -row};
    case 5: return {0, row, pixel};
    case 6: return {bottom, -row, pixel};
    case 7: return {right + bottom, -row, -pixel};
    case 8: return {right, row, -pixel};
    default: return {0, pixel, row};
  }
}

template <int Step>
void copy_pixels(const ImageView& source, Size size, Walk walk, std::uint8_t* target) {
  // In blocks: for the turned orientations a row of the result is a column of the source.
  constexpr int block = 32;
  const std::ptrdiff_t target_stride = std::ptrdiff_t{size.width} * Step;
  for (int top = 0; top < size.height; top += block) {
    const int bottom = std::min(top + block, size.height);
    for (int left = 0; left < size.width; left += block) {
      const int right = std::min(left + block, size.width);
      for (int y = top; y < bottom; ++y) {
        const auto* in = source.data + walk.origin + y * walk.y_step + left * walk.x_step;
        auto* out = target + y * target_stride + std::ptrdiff_t{left} * Step;
        for (int x = left; x < right; ++x, in += walk.x_step, out += Step) std::memcpy(out, in, Step);
      }
    }
  }
}

}  // namespace

Size oriented_size(Size size, int orientation) {
  return orientation >= 5 && orientation <= 8 ? Size{size.height, size.width} : size;
}

void orient(const ImageView& source, int orientation, std::uint8_t* target) {
  const auto size = oriented_size(source.size(), orientation);
  const auto walk = walk_of(source, orientation);
  switch (channels(source.format)) {
    case 1: return copy_pixels<1>(source, size, walk, target);
    case 3: return copy_pixels<3>(source, size, walk, target);
    default: return copy_pixels<4>(source, size, walk, target);
  }
}

}  // namespace visionkit
