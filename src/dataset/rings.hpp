// Geometry of polygons in data sets.
#pragma once

#include <span>
#include <vector>

#include <visionkit/core/mask.hpp>
#include <visionkit/core/truth.hpp>

namespace visionkit {

/// The smallest box around polygons that have points.
ObjectBox box_around(std::span<const Polygon> polygons);
ObjectBox box_around(const Polygon& polygon);
/// By the shoelace formula.
double area_of(const Polygon& polygon);
/// Of a mask its pixels, of polygons their sum, else that of the box.
double area_of(const ObjectBox& box, const Segmentation& segmentation);
/// One ring with the even-odd filling of several: each hangs on a bridge from the first point, there and back.
Polygon joined(const std::vector<Polygon>& polygons);
/// One ring for each part of a mask.
std::vector<Polygon> outlines(const Mask& mask);

}  // namespace visionkit
