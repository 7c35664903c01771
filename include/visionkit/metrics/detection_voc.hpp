// Pascal VOC's average precision, for comparison with figures of before COCO. One threshold, no sizes, no limit on
// predictions; every prediction looks at the object that it overlaps most, and a second one on an object is wrong. For
// new work use detection.hpp.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/truth.hpp>

namespace visionkit {

/// How the area under precision and recall is measured.
enum class VocInterpolation {
  every_point,    ///< the whole area under the highest precision at this recall or more: VOC 2010 and later
  eleven_points,  ///< the mean of that precision at recalls 0, 0.1 ... 1: VOC 2007
};

VISIONKIT_API std::string_view to_string(VocInterpolation interpolation) noexcept;

/// What the sides of a box are.
enum class VocBoxes {
  pixels,      ///< from the first to the last pixel, as in VOC's code: a box of x = 1, width 4 has 5 columns
  coordinates  ///< edges: it is 4 wide
};

struct VocOptions {
  double iou_threshold = 0.5;  ///< above 0, at most 1
  VocInterpolation interpolation = VocInterpolation::every_point;
  VocBoxes boxes = VocBoxes::pixels;
};

struct VocClassPrecision {
  Category category;
  std::size_t objects = 0;  ///< without crowds
  std::size_t predictions = 0;
  double ap = std::numeric_limits<double>::quiet_NaN();  ///< NaN without objects
};

struct VocReport {
  std::vector<VocClassPrecision> classes;                     ///< in the order of the categories
  double mean_ap = std::numeric_limits<double>::quiet_NaN();  ///< over the classes that have objects
};

/// Crowds (VOC's "difficult" objects) are neither right to find nor wrong. Equal scores by picture id, then in their
/// order; NaN last. Entries of unknown pictures or categories count nowhere. Throws invalid_option.
[[nodiscard]] VISIONKIT_API VocReport voc_average_precision(const ObjectDataset& truth,
                                                            std::span<const Prediction> predictions,
                                                            const VocOptions& options = {});

}  // namespace visionkit
