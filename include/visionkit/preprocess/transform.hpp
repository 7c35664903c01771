// What preprocessing did to one picture, as a mapping that is exact in both directions. The only bridge between boxes
// in the caller's image (`Box`) and boxes in the network's input (`ModelBox`).
#pragma once

#include <visionkit/core/config.hpp>
#include <visionkit/core/geometry.hpp>
#include <visionkit/image/image.hpp>

namespace visionkit {

/// Whole pixels of a picture.
struct PixelRect {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
  friend constexpr bool operator==(const PixelRect&, const PixelRect&) = default;
};

/// The steps in whole pixels.
struct TransformGeometry {
  Size image_size;    ///< of the picture that came in
  Size resized_size;  ///< of all of it after resizing
  PixelRect window;   ///< the part of the resized picture that the network sees
  int left = 0;       ///< where that part begins in the network's input
  int top = 0;
  Size model_size;  ///< of the network's input
  friend constexpr bool operator==(const TransformGeometry&, const TransformGeometry&) = default;
};

/// Model coordinate = scale * image coordinate + offset, for one axis of the model.
struct AxisMapping {
  double scale = 1;
  double offset = 0;
  friend constexpr bool operator==(const AxisMapping&, const AxisMapping&) = default;
};

/// A value; safe to use from many threads. Computes in double, so that there and back stays within float's resolution.
/// Nothing is clipped unless a function says so.
class VISIONKIT_API AppliedTransform {
 public:
  AppliedTransform() = default;
  /// By whole pixels: an axis is scaled by resized size over image size.
  explicit AppliedTransform(const TransformGeometry& geometry);
  /// By other mappings of the axes, as a letterbox has them.
  AppliedTransform(const TransformGeometry& geometry, AxisMapping x, AxisMapping y);

  /// The same network input, seen from the stored pixels of a picture that was turned upright before preprocessing:
  /// image coordinates are then those of the file. `exif_orientation` is 1..8, as in ReadReport; throws
  /// invalid_argument.
  [[nodiscard]] AppliedTransform with_orientation(int exif_orientation) const;

  [[nodiscard]] Size image_size() const { return image_size_; }  ///< of the picture that boxes map back to
  [[nodiscard]] Size model_size() const { return geometry_.model_size; }
  /// The steps, for the upright picture.
  [[nodiscard]] const TransformGeometry& geometry() const { return geometry_; }
  /// The part of the network's input that shows the picture; the rest is filling.
  [[nodiscard]] PixelRect content() const;

  [[nodiscard]] ModelPoint to_model(const Point& point) const;
  [[nodiscard]] ModelBox to_model(const Box& box) const;
  [[nodiscard]] Point to_image(const ModelPoint& point) const;
  [[nodiscard]] Box to_image(const ModelBox& box) const;
  /// The part inside the image.
  [[nodiscard]] Box to_image_clipped(const ModelBox& box) const { return clip(to_image(box), image_size_); }

  /// Masks and label maps: pictures of one byte a pixel (gray8). Every pixel of the result takes the value of the pixel
  /// under its center, and 0 where there is none. Throws invalid_argument for another format, or a size other than
  /// model_size() or image_size(); out_of_memory.
  [[nodiscard]] Image mask_to_image(const ImageView& mask) const;
  [[nodiscard]] Image mask_to_model(const ImageView& mask) const;

  friend bool operator==(const AppliedTransform&, const AppliedTransform&) = default;

 private:
  TransformGeometry geometry_;
  Size image_size_;
  // The image axis that feeds the model's x is y when the stored picture lies on its side.
  bool transposed_ = false;
  AxisMapping x_;
  AxisMapping y_;
};

}  // namespace visionkit
