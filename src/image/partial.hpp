// Pictures of which only those pixels are in memory that somebody needs.
#pragma once

#include <visionkit/image/image.hpp>

namespace visionkit {

/// Whole pixels of a picture: the first of them and how many.
struct PicturePart {
  int x = 0;
  int y = 0;
  Size size;
  friend constexpr bool operator==(const PicturePart&, const PicturePart&) = default;
};

/// A picture of `size`, of which the pixels from column `x` and row `y` on are there.
struct PartialImage {
  ImageView pixels;
  Size size;
  int x = 0;
  int y = 0;

  /// All of a picture.
  explicit PartialImage(const ImageView& image) : pixels(image), size(image.size()) {}
  PartialImage(const ImageView& there, Size whole, const PicturePart& part)
      : pixels(there), size(whole), x(part.x), y(part.y) {}

  /// What is there of a row, by its number in the picture.
  [[nodiscard]] const std::uint8_t* row(int number) const { return pixels.row(number - y); }
  /// From a pixel on, by its numbers in the picture.
  [[nodiscard]] const std::uint8_t* at(int column, int number) const {
    return row(number) + std::ptrdiff_t{column - x} * channels(pixels.format);
  }
};

}  // namespace visionkit
