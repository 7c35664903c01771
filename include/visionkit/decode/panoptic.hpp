// Panoptic segmentation from what networks answer: the instances of one model laid over the label map of another (or of
// another head), or the queries of a MaskFormer or DETR.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/geometry.hpp>
#include <visionkit/core/label_map.hpp>
#include <visionkit/core/panoptic.hpp>
#include <visionkit/core/results.hpp>
#include <visionkit/core/tensor.hpp>
#include <visionkit/decode/segmentation.hpp>

namespace visionkit {

struct PanopticMergeOptions {
  /// Which classes of the label map are stuff, by the ids of the label map; all others are left to the instances.
  std::vector<ClassId> stuff = {};
  float score_threshold = 0.5F;         ///< instances with lower scores are left out, 0..1
  double overlap_threshold = 0.5;       ///< so is one of which more than this part is taken already, 0..1
  std::uint64_t min_stuff_area = 4096;  ///< stuff with fewer pixels becomes void
};

/// Lays instances with masks over a label map: Kirillov et al. 2019, with the constants of Detectron2's
/// combine_semantic_and_instance_outputs(). The best instance takes its pixels first (equal scores in the order given),
/// the next ones what is left of theirs; then every class of stuff takes what is left of its own. Segments are numbered
/// from 1 in that order; labels of instances and of the map are kept, so both should count classes alike. Throws
/// invalid_option, invalid_argument (an instance without a mask, or a mask of another size), out_of_memory.
[[nodiscard]] VISIONKIT_API PanopticMap merge_panoptic(const LabelMap& semantic, std::span<const Detection> instances,
                                                       const PanopticMergeOptions& options = {});

struct PanopticQueryOptions {
  std::vector<ClassId> stuff = {};  ///< classes of which there is one segment only; all others are things
  Size input = {};                  ///< of the network's input, for `content`; {0, 0}: the maps show the picture only
  ModelBox content = {};            ///< as in SegmentationDecodeOptions
  float score_threshold = 0.8F;     ///< queries with a class probability up to it are left out, 0..1
  double overlap_threshold = 0.8;   ///< so is one that keeps less than this part of its own pixels, 0..1
  std::uint64_t max_pixels = 100'000'000;  ///< of the answer
};

/// From float32 class logits [queries, classes + 1], "no object" last, and mask logits [queries, h, w]: the rule of
/// Mask2Former's panoptic_inference(). Every pixel goes to the query with the highest class probability times mask
/// probability, when the latter is at least 0.5. Segments are numbered from 1 in the order of the queries. Throws
/// invalid_option, invalid_argument (a size below 1), model_contract (types, shapes), non_finite_output,
/// image_too_large, out_of_memory.
[[nodiscard]] VISIONKIT_API PanopticMap decode_panoptic_queries(const TensorView& classes, const TensorView& masks,
                                                                Size size, const PanopticQueryOptions& options = {});

}  // namespace visionkit
