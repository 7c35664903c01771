// Boxes that are turned around their centre: overlap and suppression.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/labels.hpp>
#include <visionkit/decode/nms.hpp>
#include <visionkit/decode/nms_compatible.hpp>

namespace visionkit {

/// A turned box, in pixels of one space (x to the right, y down).
struct RotatedBox {
  double x = 0;  ///< centre
  double y = 0;
  double width = 0;
  double height = 0;
  double angle_degrees = 0;  ///< clockwise on the screen: corner (dx, dy) goes to (c dx - s dy, s dx + c dy)
  friend constexpr bool operator==(const RotatedBox&, const RotatedBox&) = default;
};

struct RotatedCorner {
  double x = 0;
  double y = 0;
};

/// The corners, from (-width/2, -height/2) on, in the direction of the angle.
[[nodiscard]] VISIONKIT_API std::array<RotatedCorner, 4> corners(const RotatedBox& box);

/// The area that both boxes cover, in double. 0 when one has no positive size, NaN when one is not finite.
[[nodiscard]] VISIONKIT_API double rotated_intersection(const RotatedBox& a, const RotatedBox& b);

/// Intersection over union. NaN for two boxes without area.
[[nodiscard]] VISIONKIT_API double rotated_iou(const RotatedBox& a, const RotatedBox& b);

/// The indices that stay, by falling score: the rules of nms.hpp with the overlap of turned boxes. `options.overlap`
/// may be iou or smaller_area, `options.method` greedy. Throws invalid_option, shape, out_of_memory.
[[nodiscard]] VISIONKIT_API std::vector<std::int32_t> rotated_nms(std::span<const RotatedBox> boxes,
                                                                  std::span<const float> scores,
                                                                  std::span<const ClassId> labels = {},
                                                                  const NmsOptions& options = {});

/// As cv2.dnn.NMSBoxesRotated, which counts a box wholly inside another as overlap 1. The overlap itself is computed in
/// double here and in float32 there: overlaps within 1e-4 of the threshold may fall to the other side.
/// Throws invalid_option, shape, out_of_memory.
[[nodiscard]] VISIONKIT_API std::vector<std::int32_t> opencv_rotated_nms(std::span<const RotatedBox> boxes,
                                                                         std::span<const float> scores,
                                                                         const OpenCvNmsOptions& options = {});

}  // namespace visionkit
