// Suppression written down the plain way, one pair at a time, and random sets of boxes to compare with.
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include <visionkit/decode/nms.hpp>
#include <visionkit/decode/nms_compatible.hpp>

namespace visionkit::test {

struct BoxSet {
  std::vector<Box> boxes;
  std::vector<float> scores;
  std::vector<ClassId> labels;
};

/// Up to `largest` boxes of one of many kinds: uniform, clustered, on a coarse grid, negative, huge, tiny, inverted,
/// without area, with NaN and infinities; scores with ties, zeros of both signs and NaN; few or many classes.
BoxSet random_boxes(std::mt19937_64& random, std::size_t largest);

/// torchvision's rule for greedy suppression by class.
std::vector<std::int32_t> plain_nms(const BoxSet& set, const NmsOptions& options);

/// OpenCV's rule.
std::vector<std::int32_t> plain_opencv_nms(std::span<const OpenCvRect> boxes, std::span<const float> scores,
                                           const OpenCvNmsOptions& options);

}  // namespace visionkit::test
