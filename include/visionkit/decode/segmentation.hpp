// From the output of a semantic segmentation network to the class of every pixel of the caller's picture: scores are
// interpolated to the picture's size as torch.nn.functional.interpolate does it, the best class of each pixel is
// taken (torch.argmax: the first of equal ones), and letterbox padding or a crop is undone by where the samples are
// taken. Works row by row: class scores at picture size exist only when they are asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <visionkit/core/config.hpp>
#include <visionkit/core/geometry.hpp>
#include <visionkit/core/label_map.hpp>
#include <visionkit/core/tensor.hpp>
#include <visionkit/decode/detection.hpp>

namespace visionkit {

/// Which points of two grids lie on each other.
enum class CornerRule {
  half_pixel,     ///< the edges of the outer pixels: align_corners=False of torch, and OpenCV
  align_corners,  ///< the centers of the outer pixels: align_corners=True of torch
};

/// What is brought to the size of the picture.
enum class SegmentationResize {
  scores,  ///< the scores, bilinearly, before the best class is taken: smooth outlines
  labels,  ///< the labels, from pixel floor(i * scale): OpenCV's INTER_NEAREST and torch's "nearest"
};

/// What is answered beside the classes.
enum class SegmentationScores {
  none,
  confidence,   ///< LabelMap::confidence(): of the class of each pixel
  all_classes,  ///< also LabelMap::class_scores(), 4 bytes for each pixel and class
};

struct SegmentationDecodeOptions {
  std::size_t class_count = 0;  ///< refuses other tensors, and greater indices; 0: whatever the tensor has, to 65535
  Size input = {};              ///< of the network's input, for `content`; {0, 0}: the map shows the picture only
  /// Where the whole picture lies in the network's input, as AppliedTransform::to_model() says of it. It may reach
  /// beyond the input: pixels that the network did not see are void, with confidence 0. Interpolation does not
  /// reach beyond the cells of the map that show a part of it.
  ModelBox content = {};
  /// What makes confidences of scores; softmax is not for one channel. Without it scores are answered as they are.
  ScoreActivation activation = ScoreActivation::none;
  float threshold = 0.5F;  ///< of one channel: class 1 where the activated score is greater, else class 0
  CornerRule corners = CornerRule::half_pixel;
  SegmentationResize resize = SegmentationResize::scores;
  SegmentationScores scores = SegmentationScores::none;
  /// Of the answer; also times the number of classes with SegmentationScores::all_classes.
  std::uint64_t max_pixels = 100'000'000;
};

/// Throws invalid_option with field, value and range.
VISIONKIT_API void check_options(const SegmentationDecodeOptions& options);

/// The map of one picture of `size`, from one of
///
///   float32 [C, h, w]            scores of C >= 2 classes
///   float32 [h, w], [1, h, w]    scores of class 1 against class 0; with an activation the confidence of class 0 is
///                                1 - score
///   uint8, int32, int64 [h, w], [1, h, w]   class indices, resized as SegmentationResize::labels; no scores, 255 in
///                                           uint8 is void
///
/// The map has 8 bits up to 255 classes, otherwise 16; indices without class_count count as one class more than the
/// greatest of them. Throws invalid_option, model_contract (another type, rank or number of classes, an empty map, an
/// index out of range), non_finite_output, image_too_large (max_pixels), out_of_memory. Safe to call from many threads.
[[nodiscard]] VISIONKIT_API LabelMap decode_segmentation(const TensorView& output, Size size,
                                                         const SegmentationDecodeOptions& options = {});

VISIONKIT_API std::string_view to_string(CornerRule rule) noexcept;
VISIONKIT_API std::string_view to_string(SegmentationResize resize) noexcept;
VISIONKIT_API std::string_view to_string(SegmentationScores scores) noexcept;

}  // namespace visionkit
