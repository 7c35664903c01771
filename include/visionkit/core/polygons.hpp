// Polygons and masks: the rasteriser of COCO's annotations, and the outlines of a mask. Coordinates are pixels with
// edges at integers, as everywhere; they are doubles because COCO's are. COCO's lists of numbers become polygons where
// they are read, so that an odd count of them is refused there. Boxes as masks are Mask::from_box().
#pragma once

#include <span>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/geometry.hpp>
#include <visionkit/core/mask.hpp>

namespace visionkit {

/// A corner of a polygon, in pixels.
struct PolygonPoint {
  double x = 0;
  double y = 0;
  friend constexpr bool operator==(const PolygonPoint&, const PolygonPoint&) = default;
};

/// A closed ring; the last point is joined to the first and does not repeat it.
using Polygon = std::vector<PolygonPoint>;

/// The pixels inside any of the polygons, by the rasteriser of pycocotools (frPyObjects and merge), bit for bit:
/// corners rounded to a fifth of a pixel, even-odd inside one polygon, what lies outside the picture cut off. Polygons
/// may cross themselves. Throws invalid_argument for less than three points, a coordinate that is not finite or beyond
/// 100,000,000, or a size that from_runs() refuses.
[[nodiscard]] VISIONKIT_API Mask rasterize(std::span<const Polygon> polygons, Size size);
[[nodiscard]] VISIONKIT_API Mask rasterize(const Polygon& polygon, Size size);

/// The outline of one part of a mask, along pixel edges: whole numbers, horizontal and vertical sides in turn.
struct Contour {
  Polygon outer;               ///< clockwise as seen on a screen
  std::vector<Polygon> holes;  ///< counterclockwise
  friend bool operator==(const Contour&, const Contour&) = default;
};

/// The outlines of a mask, one for each part of it; pixels belong together when they share a side, so that parts and
/// rings may touch at corners but never cross. From left to right, then from top to bottom, by the first column of
/// each. Filling the rings, even-odd or non-zero, gives the mask back exactly; so does rasterize() on their
/// to_polygon().
[[nodiscard]] VISIONKIT_API std::vector<Contour> contours(const Mask& mask);

/// A contour with its holes as one ring, for formats without holes such as COCO's: each hole hangs on a bridge from the
/// first corner of the outer ring, there and back, which cancels out in an even-odd or non-zero filling.
[[nodiscard]] VISIONKIT_API Polygon to_polygon(const Contour& contour);

}  // namespace visionkit
