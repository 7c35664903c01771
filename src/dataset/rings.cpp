#include "dataset/rings.hpp"

#include <algorithm>
#include <cmath>
#include <variant>

namespace visionkit {

ObjectBox box_around(std::span<const Polygon> polygons) {
  auto left = polygons[0][0].x, right = left, top = polygons[0][0].y, bottom = top;
  for (const auto& polygon : polygons) {
    for (const auto& point : polygon) {
      left = std::min(left, point.x);
      right = std::max(right, point.x);
      top = std::min(top, point.y);
      bottom = std::max(bottom, point.y);
    }
  }
  return {left, top, right - left, bottom - top};
}

ObjectBox box_around(const Polygon& polygon) { return box_around(std::span(&polygon, 1)); }

double area_of(const Polygon& polygon) {
  double twice = 0;
  for (std::size_t i = 0; i < polygon.size(); ++i) {
    const auto& a = polygon[i];
    const auto& b = polygon[(i + 1) % polygon.size()];
    twice += a.x * b.y - b.x * a.y;
  }
  return std::abs(twice) / 2;
}

double area_of(const ObjectBox& box, const Segmentation& segmentation) {
  if (const auto* mask = std::get_if<Mask>(&segmentation)) return static_cast<double>(mask->area());
  const auto* polygons = std::get_if<std::vector<Polygon>>(&segmentation);
  if (polygons == nullptr) return box.area();
  double area = 0;
  for (const auto& polygon : *polygons) area += area_of(polygon);
  return area;
}

Polygon joined(const std::vector<Polygon>& polygons) {
  auto ring = polygons[0];
  const auto start = ring[0];
  for (std::size_t i = 1; i < polygons.size(); ++i) {
    ring.push_back(start);
    ring.insert(ring.end(), polygons[i].begin(), polygons[i].end());
    ring.push_back(polygons[i][0]);
  }
  return ring;
}

std::vector<Polygon> outlines(const Mask& mask) {
  std::vector<Polygon> rings;
  for (const auto& contour : contours(mask)) rings.push_back(to_polygon(contour));
  return rings;
}

}  // namespace visionkit
