// Instance masks from what networks answer: box-local probabilities (Mask R-CNN), prototypes with one row of
// coefficients for each box (yolov5-seg, yolov8-seg), and suppression by how much masks overlap. Only the pixels of a
// box are looked at, and what is found goes into runs at once: no picture of floats exists.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/geometry.hpp>
#include <visionkit/core/labels.hpp>
#include <visionkit/core/mask.hpp>
#include <visionkit/core/tensor.hpp>
#include <visionkit/decode/nms.hpp>

namespace visionkit {

struct PasteMasksOptions {
  float threshold = 0.5F;  ///< pixels of greater probability belong to the mask
};

/// The masks of a picture of `size` from float32 probabilities [n, 1, m, m] or [n, m, m] and n boxes: torchvision's
/// paste_masks_in_image(). The probabilities get a border of one zero, the box grows by (m + 2) / m, its corners are
/// cut to whole pixels, the last ones included, and the probabilities are interpolated bilinearly. A box outside the
/// picture gives an empty mask. Throws model_contract (type, shape), invalid_argument (a box that is not finite, a size
/// below 1), invalid_option, non_finite_output, out_of_memory. Safe to call from many threads.
[[nodiscard]] VISIONKIT_API std::vector<Mask> paste_masks(const TensorView& probabilities, std::span<const Box> boxes,
                                                          Size size, const PasteMasksOptions& options = {});

/// When a pixel belongs to a mask made of prototypes.
enum class PrototypeRule {
  logit,    ///< interpolated score > 0: ultralytics from 8.1 on
  sigmoid,  ///< interpolated sigmoid of the score > 0.5: yolov5, ultralytics before 8.1
};

/// The size of the masks, and where they are cut by their boxes.
enum class PrototypeResolution {
  image,      ///< the caller's picture; cut after interpolation: ultralytics' process_mask_native
  input,      ///< the network's input; cut before interpolation: process_mask with upsample=True
  prototype,  ///< the prototypes; process_mask with upsample=False
};

/// The default, logits at the resolution of the picture, is what `retina_masks=True` of ultralytics gives: the
/// smoothest outline, and nothing beyond the box. With PrototypeResolution::input and logits a mask grows over its box
/// by up to half a cell.
struct PrototypeMasksOptions {
  Size input = {};  ///< of the network's input; not read at PrototypeResolution::image without `content`
  Size image = {};  ///< of the caller's picture; read at PrototypeResolution::image only
  PrototypeRule rule = PrototypeRule::logit;
  PrototypeResolution resolution = PrototypeResolution::image;
  /// Where the whole picture lies in the network's input, read at PrototypeResolution::image only. Without it the
  /// picture is centered in a letterbox and the padding is cut off in whole cells, as ultralytics does it; that is off
  /// by up to a cell where the padding is no whole number of cells.
  ModelBox content = {};
};

/// The boxes of prototype masks, in the order of the coefficients.
struct PrototypeBoxes {
  std::span<const ModelBox> input = {};  ///< read at PrototypeResolution::input and prototype
  std::span<const Box> image = {};       ///< read at PrototypeResolution::image
};

/// Masks from float32 prototypes [K, h, w] and coefficients [n, K]: score = coefficients * prototypes. A box keeps the
/// pixels x1 <= x < x2. Throws model_contract (type, shape), invalid_option, invalid_argument (number of boxes),
/// non_finite_output, out_of_memory. Safe to call from many threads.
[[nodiscard]] VISIONKIT_API std::vector<Mask> prototype_masks(const TensorView& prototypes,
                                                              const TensorView& coefficients,
                                                              const PrototypeBoxes& boxes,
                                                              const PrototypeMasksOptions& options);

/// How a detection head stores its boxes.
enum class HeadLayout {
  rows,     ///< [boxes, values]: yolov5
  columns,  ///< [values, boxes]: yolov8
};

/// The last `count` values of some boxes of a float32 head, as [sources.size(), count]: the mask coefficients of
/// detections whose ModelDetection::source they are. Throws model_contract (type, shape), invalid_argument (a source
/// out of range).
[[nodiscard]] VISIONKIT_API Tensor head_values(const TensorView& head, HeadLayout layout, std::size_t count,
                                               std::span<const std::int32_t> sources);

struct MaskNmsOptions {
  double overlap_threshold = 0.5;  ///< greater overlaps suppress, 0..1
  OverlapRule overlap = OverlapRule::union_area;
  NmsScope scope = NmsScope::per_class;
  std::int64_t max_detections = std::numeric_limits<std::int32_t>::max();  ///< at least 1
};

/// Greedy suppression by mask overlap: the indices that stay, by falling score. The first mask of OverlapRule is the
/// candidate. Masks whose bounding boxes are apart are not compared. `labels` may be empty: one class. Throws
/// invalid_option, shape when the spans differ in length, invalid_argument for masks of different sizes.
[[nodiscard]] VISIONKIT_API std::vector<std::int32_t> suppress_by_mask(std::span<const Mask> masks,
                                                                       std::span<const float> scores,
                                                                       std::span<const ClassId> labels = {},
                                                                       const MaskNmsOptions& options = {});

VISIONKIT_API std::string_view to_string(PrototypeRule rule) noexcept;
VISIONKIT_API std::string_view to_string(PrototypeResolution resolution) noexcept;
VISIONKIT_API std::string_view to_string(HeadLayout layout) noexcept;

}  // namespace visionkit
