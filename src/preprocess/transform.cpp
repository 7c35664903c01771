#include <visionkit/preprocess/transform.hpp>

#include <array>
#include <cmath>
#include <utility>

#include "core/fail.hpp"

namespace visionkit {
namespace {

float forward(const AxisMapping& axis, float value) {
  return static_cast<float>(axis.scale * double{value} + axis.offset);
}

float backward(const AxisMapping& axis, float value) {
  return static_cast<float>((double{value} - axis.offset) / axis.scale);
}

// A mapping of a coordinate that counts from the other end of `length` pixels.
AxisMapping reversed(const AxisMapping& axis, int length) { return {-axis.scale, axis.offset + axis.scale * length}; }

void check_mask(const ImageView& mask, Size expected) {
  check_view(mask);
  if (mask.format != PixelFormat::gray8 || mask.size() != expected) {
    fail(ErrorCode::invalid_argument, "the mask is {} {}, expected gray8 {}", to_string(mask.format),
         to_string(mask.size()), to_string(expected));
  }
}

// A mask of `size`: inside `part` each pixel takes what `source_of` its center shows of `mask`, elsewhere it is 0.
template <class SourceOf>
Image sampled(const ImageView& mask, Size size, const PixelRect& part, SourceOf&& source_of) {
  Image result(size, PixelFormat::gray8);
  for (int y = part.y; y < part.y + part.height; ++y) {
    for (int x = part.x; x < part.x + part.width; ++x) {
      const auto source = source_of(static_cast<float>(x) + 0.5F, static_cast<float>(y) + 0.5F);
      const auto column = static_cast<int>(std::floor(source.x));
      const auto row = static_cast<int>(std::floor(source.y));
      const bool inside = column >= 0 && row >= 0 && column < mask.width && row < mask.height;
      if (inside) result.row(y)[x] = mask.row(row)[column];
    }
  }
  return result;
}

}  // namespace

AppliedTransform::AppliedTransform(const TransformGeometry& geometry)
    : AppliedTransform(geometry,
                       {static_cast<double>(geometry.resized_size.width) / geometry.image_size.width,
                        static_cast<double>(geometry.left - geometry.window.x)},
                       {static_cast<double>(geometry.resized_size.height) / geometry.image_size.height,
                        static_cast<double>(geometry.top - geometry.window.y)}) {}

AppliedTransform::AppliedTransform(const TransformGeometry& geometry, AxisMapping x, AxisMapping y)
    : geometry_(geometry), image_size_(geometry.image_size), x_(x), y_(y) {}

AppliedTransform AppliedTransform::with_orientation(int exif_orientation) const {
  if (exif_orientation < 1 || exif_orientation > 8) {
    fail(ErrorCode::invalid_argument, "the EXIF orientation is {}, expected 1..8", exif_orientation);
  }
  auto result = AppliedTransform(geometry_, x_, y_);
  const auto [width, height] = geometry_.image_size;
  result.transposed_ = exif_orientation >= 5;
  // Which axes of the upright picture run against the stored axis that feeds them.
  constexpr std::array<bool, 9> x_reversed{false, false, true, true, false, false, true, true, false};
  constexpr std::array<bool, 9> y_reversed{false, false, false, true, true, false, false, true, true};
  if (x_reversed[exif_orientation]) result.x_ = reversed(x_, width);
  if (y_reversed[exif_orientation]) result.y_ = reversed(y_, height);
  if (result.transposed_) result.image_size_ = {height, width};
  return result;
}

PixelRect AppliedTransform::content() const {
  return {geometry_.left, geometry_.top, geometry_.window.width, geometry_.window.height};
}

ModelPoint AppliedTransform::to_model(const Point& point) const {
  return transposed_ ? ModelPoint{forward(x_, point.y), forward(y_, point.x)}
                     : ModelPoint{forward(x_, point.x), forward(y_, point.y)};
}

Point AppliedTransform::to_image(const ModelPoint& point) const {
  const float x = backward(x_, point.x);
  const float y = backward(y_, point.y);
  return transposed_ ? Point{y, x} : Point{x, y};
}

ModelBox AppliedTransform::to_model(const Box& box) const {
  const auto first = to_model(Point{box.x1, box.y1});
  const auto last = to_model(Point{box.x2, box.y2});
  // A reversed axis exchanges the two ends of a box, so that an upright box stays one.
  ModelBox result{first.x, first.y, last.x, last.y};
  if (x_.scale < 0) std::swap(result.x1, result.x2);
  if (y_.scale < 0) std::swap(result.y1, result.y2);
  return result;
}

Box AppliedTransform::to_image(const ModelBox& box) const {
  auto first = ModelPoint{box.x1, box.y1};
  auto last = ModelPoint{box.x2, box.y2};
  if (x_.scale < 0) std::swap(first.x, last.x);
  if (y_.scale < 0) std::swap(first.y, last.y);
  const auto low = to_image(first);
  const auto high = to_image(last);
  return {low.x, low.y, high.x, high.y};
}

Image AppliedTransform::mask_to_image(const ImageView& mask) const {
  check_mask(mask, model_size());
  const PixelRect everything{0, 0, image_size_.width, image_size_.height};
  return sampled(mask, image_size_, everything, [this](float x, float y) { return to_model(Point{x, y}); });
}

Image AppliedTransform::mask_to_model(const ImageView& mask) const {
  check_mask(mask, image_size_);
  return sampled(mask, model_size(), content(), [this](float x, float y) { return to_image(ModelPoint{x, y}); });
}

}  // namespace visionkit
