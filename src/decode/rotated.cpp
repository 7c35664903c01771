#include <visionkit/decode/rotated.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/fail.hpp"
#include "decode/opencv_input.hpp"

namespace visionkit {
namespace {

double area_of(const RotatedBox& box) { return box.width * box.height; }

bool is_finite(const RotatedBox& box) {
  return std::isfinite(box.x) && std::isfinite(box.y) && std::isfinite(box.width) && std::isfinite(box.height) &&
         std::isfinite(box.angle_degrees);
}

double cross(const RotatedCorner& origin, const RotatedCorner& a, const RotatedCorner& b) {
  return (a.x - origin.x) * (b.y - origin.y) - (a.y - origin.y) * (b.x - origin.x);
}

// A convex polygon; each of four cuts adds at most one corner to the four.
struct Polygon {
  std::array<RotatedCorner, 8> corners;
  std::size_t count = 0;
  void add(const RotatedCorner& corner) {
    if (count < corners.size()) corners[count++] = corner;
  }
};

// The part on the inner side of the line from a to b (Sutherland and Hodgman 1974).
Polygon cut(const Polygon& polygon, const RotatedCorner& a, const RotatedCorner& b) {
  Polygon result;
  for (std::size_t i = 0; i < polygon.count; ++i) {
    const auto& from = polygon.corners[i];
    const auto& to = polygon.corners[(i + 1) % polygon.count];
    const double side_from = cross(a, b, from);
    const double side_to = cross(a, b, to);
    if (side_from >= 0) result.add(from);
    if ((side_from > 0 && side_to < 0) || (side_from < 0 && side_to > 0)) {
      const double t = side_from / (side_from - side_to);
      result.add({from.x + t * (to.x - from.x), from.y + t * (to.y - from.y)});
    }
  }
  return result;
}

bool contains(const std::array<RotatedCorner, 4>& outer, const std::array<RotatedCorner, 4>& inner) {
  return std::all_of(inner.begin(), inner.end(), [&](const RotatedCorner& corner) {
    for (std::size_t i = 0; i < 4; ++i) {
      if (!(cross(outer[i], outer[(i + 1) % 4], corner) > 0)) return false;
    }
    return true;
  });
}

float opencv_overlap(const RotatedBox& a, const RotatedBox& b) {
  const double intersection = rotated_intersection(a, b);
  if (intersection == 0) return 0;
  const auto corners_a = corners(a);
  const auto corners_b = corners(b);
  if (contains(corners_a, corners_b) || contains(corners_b, corners_a)) return 1;
  return static_cast<float>(intersection / (area_of(a) + area_of(b) - intersection));
}

}  // namespace

std::array<RotatedCorner, 4> corners(const RotatedBox& box) {
  const double angle = box.angle_degrees * std::numbers::pi / 180;
  const double c = std::cos(angle);
  const double s = std::sin(angle);
  const double x = box.width / 2;
  const double y = box.height / 2;
  const auto corner = [&](double dx, double dy) {
    return RotatedCorner{box.x + c * dx - s * dy, box.y + s * dx + c * dy};
  };
  return {corner(-x, -y), corner(x, -y), corner(x, y), corner(-x, y)};
}

double rotated_intersection(const RotatedBox& a, const RotatedBox& b) {
  if (!is_finite(a) || !is_finite(b)) return std::numeric_limits<double>::quiet_NaN();
  if (!(a.width > 0 && a.height > 0 && b.width > 0 && b.height > 0)) return 0;
  const double dx = b.x - a.x;
  const double dy = b.y - a.y;
  // Circles around the boxes that do not touch.
  const double reach = (std::hypot(a.width, a.height) + std::hypot(b.width, b.height)) / 2;
  if (dx * dx + dy * dy > reach * reach) return 0;

  // Near the origin, where doubles are dense.
  const auto corners_a = corners({0, 0, a.width, a.height, a.angle_degrees});
  const auto corners_b = corners({dx, dy, b.width, b.height, b.angle_degrees});
  Polygon polygon;
  for (const auto& corner : corners_a) polygon.add(corner);
  for (std::size_t i = 0; i < 4; ++i) polygon = cut(polygon, corners_b[i], corners_b[(i + 1) % 4]);
  double twice = 0;
  for (std::size_t i = 2; i < polygon.count; ++i) {
    twice += cross(polygon.corners[0], polygon.corners[i - 1], polygon.corners[i]);
  }
  return std::max(0.0, twice / 2);
}

double rotated_iou(const RotatedBox& a, const RotatedBox& b) {
  const double intersection = rotated_intersection(a, b);
  return intersection / (area_of(a) + area_of(b) - intersection);
}

std::vector<std::int32_t> rotated_nms(std::span<const RotatedBox> boxes, std::span<const float> scores,
                                      std::span<const ClassId> labels, const NmsOptions& options) {
  if (options.overlap != BoxOverlap::iou && options.overlap != BoxOverlap::smaller_area) {
    fail(ErrorCode::invalid_option, "overlap is {}, expected iou or smaller_area for rotated boxes",
         to_string(options.overlap));
  }
  if (boxes.size() != scores.size()) {
    fail(ErrorCode::shape, "rotated_nms: {} boxes with {} scores", boxes.size(), scores.size());
  }
  return guarded("rotated_nms", [&] {
    const auto overlap = [&](std::int32_t kept, std::int32_t candidate) {
      const auto& a = boxes[static_cast<std::size_t>(kept)];
      const auto& b = boxes[static_cast<std::size_t>(candidate)];
      if (options.overlap == BoxOverlap::iou) return rotated_iou(a, b);
      return rotated_intersection(a, b) / std::min(area_of(a), area_of(b));
    };
    return nms_by(scores, labels, overlap, options);
  });
}

std::vector<std::int32_t> opencv_rotated_nms(std::span<const RotatedBox> boxes, std::span<const float> scores,
                                             const OpenCvNmsOptions& options) {
  return guarded("opencv_rotated_nms", [&] {
    OpenCvThreshold threshold(options);
    std::vector<std::int32_t> kept;
    for (const auto index : opencv_order(boxes.size(), scores, options)) {
      const auto& box = boxes[static_cast<std::size_t>(index)];
      const bool stays = std::none_of(kept.begin(), kept.end(), [&](std::int32_t other) {
        return threshold.suppresses(opencv_overlap(box, boxes[static_cast<std::size_t>(other)]));
      });
      if (!stays) continue;
      kept.push_back(index);
      threshold.shrink();
    }
    return kept;
  });
}

}  // namespace visionkit
