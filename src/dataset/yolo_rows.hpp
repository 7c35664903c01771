// Geometry of YOLO's rows.
#pragma once

#include <visionkit/core/truth.hpp>

namespace visionkit {

/// The smallest box around a polygon that has points.
ObjectBox box_around(const Polygon& polygon);
/// By the shoelace formula.
double area_of(const Polygon& polygon);
/// One ring with the even-odd filling of several: each hangs on a bridge from the first point, there and back.
Polygon joined(const std::vector<Polygon>& polygons);

}  // namespace visionkit
