// What came out of a segmentation network, checked against the contract of decode_segmentation().
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <visionkit/decode/segmentation.hpp>

#include "decode/sample_axis.hpp"

namespace visionkit {

/// In LabelMaps of 16 and of 8 bits; the highest id is void.
inline constexpr std::size_t max_class_count = 65535;
inline constexpr std::size_t max_narrow_class_count = 255;

struct SegmentationInput {
  TensorView tensor;
  std::size_t channels = 0;  ///< of scores; 0 for class indices
  std::size_t classes = 0;
  Size cells;
};

/// Throws model_contract, non_finite_output, invalid_option.
SegmentationInput segmentation_input(const TensorView& output, const SegmentationDecodeOptions& options);

struct SampleAxes {
  SampleAxis x;
  SampleAxis y;
};
SampleAxes sample_axes(const SegmentationInput& input, Size size, const SegmentationDecodeOptions& options);

/// Whether none is NaN or infinite.
bool all_finite(std::span<const float> values) noexcept;

}  // namespace visionkit
