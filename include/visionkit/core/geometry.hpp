// Sizes, points and boxes. Coordinates are float pixels with edges at integers: the first pixel covers [0, 1) x [0, 1),
// and a box that covers a W x H image is {0, 0, W, H}. `Box` lives in the caller's image, `ModelBox` in the network's
// input; only an AppliedTransform turns one into the other, so they do not mix.
#pragma once

#include <algorithm>
#include <string>

#include <visionkit/core/config.hpp>

namespace visionkit {

/// Width and height in whole pixels.
struct Size {
  int width = 0;
  int height = 0;
  friend constexpr bool operator==(const Size&, const Size&) = default;
};

struct ImageSpace;
struct ModelSpace;

/// A point, in pixels of `Space`.
template <class Space>
struct BasicPoint {
  float x = 0;
  float y = 0;
  friend constexpr bool operator==(const BasicPoint&, const BasicPoint&) = default;
};

/// A box by its corners, in pixels of `Space`. Valid when x1 <= x2 and y1 <= y2; nothing enforces it.
template <class Space>
struct BasicBox {
  float x1 = 0;  ///< left
  float y1 = 0;  ///< top
  float x2 = 0;  ///< right, exclusive
  float y2 = 0;  ///< bottom, exclusive

  [[nodiscard]] constexpr float width() const { return x2 - x1; }
  [[nodiscard]] constexpr float height() const { return y2 - y1; }
  [[nodiscard]] constexpr float area() const { return width() * height(); }
  friend constexpr bool operator==(const BasicBox&, const BasicBox&) = default;
};

using Point = BasicPoint<ImageSpace>;
using ModelPoint = BasicPoint<ModelSpace>;
using Box = BasicBox<ImageSpace>;
using ModelBox = BasicBox<ModelSpace>;

/// The part of `box` inside an image of this size.
template <class Space>
[[nodiscard]] constexpr BasicBox<Space> clip(const BasicBox<Space>& box, Size size) {
  const auto w = static_cast<float>(size.width);
  const auto h = static_cast<float>(size.height);
  return {std::clamp(box.x1, 0.0F, w), std::clamp(box.y1, 0.0F, h), std::clamp(box.x2, 0.0F, w),
          std::clamp(box.y2, 0.0F, h)};
}

VISIONKIT_API std::string to_string(const Size& size);    ///< "640x480"
VISIONKIT_API std::string to_string(const Point& point);  ///< "(12.5, 30.0)"
VISIONKIT_API std::string to_string(const ModelPoint& point);
VISIONKIT_API std::string to_string(const Box& box);  ///< "[12.5, 30.0, 100.0, 80.0]", corners
VISIONKIT_API std::string to_string(const ModelBox& box);

}  // namespace visionkit
