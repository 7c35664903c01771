// Algebra on lists of detections: filter, sort, merge, clip, convert, compare with the truth, print as JSON. Every
// function leaves its argument alone, keeps the order unless it says otherwise, and is safe to call from many threads.
// Suppression of doubles is decode/nms.hpp; corners to x, y, width, height is to_xywh() in decode/boxes.hpp.
#pragma once

#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/geometry.hpp>
#include <visionkit/core/results.hpp>

namespace visionkit {

/// The detections of one of these classes.
[[nodiscard]] VISIONKIT_API std::vector<Detection> filter_by_class(std::span<const Detection> detections,
                                                                   const std::vector<ClassId>& classes);

/// The detections with min <= score <= max. A NaN is never inside. Throws invalid_argument unless min <= max.
[[nodiscard]] VISIONKIT_API std::vector<Detection> filter_by_score(
    std::span<const Detection> detections, float min_score, float max_score = std::numeric_limits<float>::infinity());

/// The detections whose box has min <= area <= max, in square pixels; a box without width or height has the area 0,
/// also when both are negative. A NaN is never inside. Throws invalid_argument unless min <= max.
[[nodiscard]] VISIONKIT_API std::vector<Detection> filter_by_area(
    std::span<const Detection> detections, float min_area, float max_area = std::numeric_limits<float>::infinity());

/// When a box counts as in a region.
enum class RegionRule {
  center_inside,  ///< its centre is; the left and the top edge belong to the region
  fully_inside,   ///< it does not leave the region; touching edges are inside
  overlaps,       ///< they share an area
};

VISIONKIT_API std::string_view to_string(RegionRule rule) noexcept;

/// The detections in `region`. A box with a NaN is in none. Throws invalid_argument when the region is NaN or inverted.
[[nodiscard]] VISIONKIT_API std::vector<Detection> filter_by_region(std::span<const Detection> detections,
                                                                    const Box& region, RegionRule rule);

/// By falling score; equal scores by rising class index, then by rising x1, y1, x2, y2. NaN comes last wherever it
/// stands, so the result does not depend on the order of the input.
[[nodiscard]] VISIONKIT_API std::vector<Detection> sort_by_score(std::span<const Detection> detections);

/// All of both, in the order of sort_by_score(). Nothing is suppressed.
[[nodiscard]] VISIONKIT_API std::vector<Detection> merge(std::span<const Detection> a, std::span<const Detection> b);

/// The parts inside a picture of this size. Detections of which no area is left, and those with a NaN, are dropped.
[[nodiscard]] VISIONKIT_API std::vector<Detection> clip(std::span<const Detection> detections, Size size);

struct NormalizedSpace;
/// A box in fractions of the picture: {0, 0, 1, 1} covers it.
using NormalizedBox = BasicBox<NormalizedSpace>;

/// Divides by width and height; nothing is clipped. Throws invalid_argument unless both are positive.
[[nodiscard]] VISIONKIT_API NormalizedBox to_normalized(const Box& box, Size size);
/// Multiplies by width and height, the inverse up to rounding. Throws invalid_argument unless both are positive.
[[nodiscard]] VISIONKIT_API Box from_normalized(const NormalizedBox& box, Size size);

/// A box of whole pixels: columns x1 .. x2 - 1 and rows y1 .. y2 - 1.
struct PixelBox {
  int x1 = 0;
  int y1 = 0;
  int x2 = 0;
  int y2 = 0;

  [[nodiscard]] constexpr int width() const { return x2 - x1; }
  [[nodiscard]] constexpr int height() const { return y2 - y1; }
  [[nodiscard]] constexpr bool is_empty() const { return x1 >= x2 || y1 >= y2; }
  friend constexpr bool operator==(const PixelBox&, const PixelBox&) = default;
};

VISIONKIT_API std::string to_string(const PixelBox& box);  ///< "[12, 30, 100, 80]"

/// The pixels of a picture of this size that the box touches: rounded outwards, then clipped. {0, 0, 0, 0} for a box
/// that is outside, has no area, or holds a NaN.
[[nodiscard]] VISIONKIT_API PixelBox to_pixels(const Box& box, Size size);

/// What became of a prediction or of a true object.
enum class Outcome {
  hit,             ///< a prediction that found a true object of its class
  false_positive,  ///< a prediction that found none, or one that was found already
  missed,          ///< a true object that nobody found
};

VISIONKIT_API std::string_view to_string(Outcome outcome) noexcept;

struct JudgedDetection {
  Detection detection;
  Outcome outcome = Outcome::hit;
  friend bool operator==(const JudgedDetection&, const JudgedDetection&) = default;
};

/// Predictions against the truth (whose scores are not read), to be looked at; for figures see metrics/. In the order
/// of sort_by_score() each prediction takes the free true object of its class with the largest overlap, the first of
/// equals, when intersection over union is at least the threshold. First all predictions in that order, then what was
/// missed in the order of `truth`. Throws invalid_argument unless 0 < iou_threshold <= 1.
[[nodiscard]] VISIONKIT_API std::vector<JudgedDetection> judge(std::span<const Detection> predictions,
                                                               std::span<const Detection> truth,
                                                               float iou_threshold = 0.5F);

/// A JSON array with one object for each detection, without white space:
/// {"class":2,"name":"car","score":0.93,"box":[12.5,30.0,100.0,80.0]}, corners in pixels. Floats have the fewest digits
/// that give the same float back; NaN and infinities are null; bytes that are not UTF-8 become U+FFFD. The key "name"
/// is there for classes that have one, and "mask" for detections that have one, as COCO's compressed run lengths:
/// {"size":[height,width],"counts":"..."}.
[[nodiscard]] VISIONKIT_API std::string to_json(std::span<const Detection> detections, const Labels& labels = {});

}  // namespace visionkit
