// Suppression of overlapping boxes, usable alone. Which box of several overlapping ones stays is torchvision's answer
// to the last bit: boxes are taken by falling score (equal scores in the order given, NaN before all), the overlap is
// float32 arithmetic, and a box goes when that overlap, as a double, is greater than the threshold of a box that
// stayed. Boxes without a positive finite area (empty, inverted, NaN, infinite) neither suppress nor get suppressed.
// Classes are kept apart by bucketing, never by moving coordinates. The rules of OpenCV and of the Soft-NMS authors are
// in nms_compatible.hpp, rotated boxes in rotated.hpp.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/geometry.hpp>
#include <visionkit/core/labels.hpp>
#include <visionkit/decode/boxes.hpp>

namespace visionkit {

/// What happens to a box that overlaps a better one.
enum class NmsMethod {
  greedy,       ///< it goes
  soft_linear,  ///< its score is multiplied by 1 - overlap when the overlap is above the threshold (Bodla et al. 2017)
  soft_gaussian,  ///< its score is multiplied by exp(-overlap^2 / sigma), whatever the threshold
  weighted,       ///< it goes, and the better box moves to the mean of all that it suppressed, weighted by score
};

/// Which boxes compete.
enum class NmsScope { per_class, all_classes };

struct NmsOptions {
  double iou_threshold = 0.5;  ///< greater overlaps suppress, 0..1; at 1 nothing is suppressed
  NmsMethod method = NmsMethod::greedy;
  NmsScope scope = NmsScope::per_class;
  BoxOverlap overlap = BoxOverlap::iou;
  /// At most this many boxes stay, 1..2147483647; the search stops there.
  std::int64_t max_detections = std::numeric_limits<std::int32_t>::max();
  /// Only this many of the best boxes of a class (of all, with all_classes) take part, 1..2147483647.
  std::int64_t max_candidates = std::numeric_limits<std::int32_t>::max();
  float sigma = 0.5F;        ///< of soft_gaussian, above 0: smaller values suppress more
  float min_score = 0.001F;  ///< of the soft methods, 0..1: boxes whose lowered score is below it go
};

/// Throws invalid_option with field, value and range.
VISIONKIT_API void check_options(const NmsOptions& options);

VISIONKIT_API std::string_view to_string(NmsMethod method) noexcept;
VISIONKIT_API std::string_view to_string(NmsScope scope) noexcept;

/// A box that stayed.
template <class Space>
struct BasicNmsPick {
  std::int32_t index = 0;    ///< where it was in the input
  float score = 0;           ///< lowered by the soft methods, otherwise as given
  BasicBox<Space> box = {};  ///< moved by NmsMethod::weighted, otherwise as given
  friend bool operator==(const BasicNmsPick&, const BasicNmsPick&) = default;
};
using NmsPick = BasicNmsPick<ImageSpace>;
using ModelNmsPick = BasicNmsPick<ModelSpace>;

/// The boxes that stay, by falling (lowered) score. `labels` may be empty: one class.
/// Throws invalid_option, shape when the spans differ in length, out_of_memory. Safe to call from many threads.
[[nodiscard]] VISIONKIT_API std::vector<NmsPick> suppress(std::span<const Box> boxes, std::span<const float> scores,
                                                          std::span<const ClassId> labels = {},
                                                          const NmsOptions& options = {});
[[nodiscard]] VISIONKIT_API std::vector<ModelNmsPick> suppress(std::span<const ModelBox> boxes,
                                                               std::span<const float> scores,
                                                               std::span<const ClassId> labels = {},
                                                               const NmsOptions& options = {});

/// The indices of suppress(). With NmsMethod::greedy: torchvision.ops.nms without labels, and what
/// torchvision.ops.batched_nms means to give with labels.
[[nodiscard]] VISIONKIT_API std::vector<std::int32_t> nms(std::span<const Box> boxes, std::span<const float> scores,
                                                          std::span<const ClassId> labels = {},
                                                          const NmsOptions& options = {});
[[nodiscard]] VISIONKIT_API std::vector<std::int32_t> nms(std::span<const ModelBox> boxes,
                                                          std::span<const float> scores,
                                                          std::span<const ClassId> labels = {},
                                                          const NmsOptions& options = {});

/// The overlap of two objects, by index: the one that stays and a candidate. NaN does not suppress.
using OverlapFunction = std::function<double(std::int32_t kept, std::int32_t candidate)>;

/// Greedy suppression by any overlap, of masks say; `options.overlap` has no meaning here, and `options.method` must be
/// greedy. Asks for the overlap with kept objects of the same class only, the best first, until one suppresses.
/// Throws as nms(), and whatever `overlap` throws.
[[nodiscard]] VISIONKIT_API std::vector<std::int32_t> nms_by(std::span<const float> scores,
                                                             std::span<const ClassId> labels,
                                                             const OverlapFunction& overlap,
                                                             const NmsOptions& options = {});

}  // namespace visionkit
