// Suppression exactly as other tools do it, for programs that have to repeat their answers. New programs use nms.hpp.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/geometry.hpp>

namespace visionkit {

/// A box as OpenCV's Python functions take it, cv::Rect2d.
struct OpenCvRect {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
  friend constexpr bool operator==(const OpenCvRect&, const OpenCvRect&) = default;
};

struct OpenCvNmsOptions {
  float score_threshold = 0;   ///< only greater scores take part, 0..1
  float nms_threshold = 0.4F;  ///< greater overlaps suppress, 0..1
  float eta = 1;           ///< above 0, at most 1: the threshold shrinks by it after every kept box while it is > 0.5
  std::int64_t top_k = 0;  ///< only so many of the best scores take part; 0: all
};

/// The indices that cv2.dnn.NMSBoxes (OpenCV 4.6) keeps, in its order. Two boxes without area count as overlap 1; a box
/// with NaN is suppressed by every box before it. Throws invalid_option, shape, out_of_memory.
[[nodiscard]] VISIONKIT_API std::vector<std::int32_t> opencv_nms(std::span<const OpenCvRect> boxes,
                                                                 std::span<const float> scores,
                                                                 const OpenCvNmsOptions& options = {});

/// What an overlap does to a score.
enum class SoftNmsDecay {
  linear,    ///< times 1 - overlap, when the overlap is above the threshold
  gaussian,  ///< times exp(-overlap^2 / sigma)
  hard,      ///< times 0, when the overlap is above the threshold
};

struct SoftNmsOptions {
  SoftNmsDecay decay = SoftNmsDecay::linear;
  float iou_threshold = 0.3F;      ///< 0..1
  float sigma = 0.5F;              ///< above 0
  float score_threshold = 0.001F;  ///< boxes whose lowered score is below it go, 0..1
  std::int64_t top_k = 0;          ///< at most so many stay; 0: all
};

/// A box that stayed, and its lowered score.
struct ScoredIndex {
  std::int32_t index = 0;
  float score = 0;
  friend constexpr bool operator==(const ScoredIndex&, const ScoredIndex&) = default;
};

/// cv2.dnn.softNMSBoxes: by falling lowered score, equal scores by index. OpenCV itself takes whole pixels only.
/// Throws invalid_option, shape, out_of_memory.
[[nodiscard]] VISIONKIT_API std::vector<ScoredIndex> opencv_soft_nms(std::span<const OpenCvRect> boxes,
                                                                     std::span<const float> scores,
                                                                     const SoftNmsOptions& options = {});

/// cpu_soft_nms of the Soft-NMS authors (github.com/bharatsingh430/soft-nms): sides are one pixel longer than x2 - x1,
/// and the first box stays even with a score below the threshold. Throws invalid_option, shape, out_of_memory.
[[nodiscard]] VISIONKIT_API std::vector<ScoredIndex> authors_soft_nms(std::span<const Box> boxes,
                                                                      std::span<const float> scores,
                                                                      const SoftNmsOptions& options = {});

}  // namespace visionkit
