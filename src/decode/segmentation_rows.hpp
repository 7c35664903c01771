// The map itself, a strip of columns and a few rows at a time.
#pragma once

#include "decode/segmentation_input.hpp"

namespace visionkit {

/// Id is uint8 or uint16.
template <class Id>
LabelMap decode_rows(const SegmentationInput& input, const SampleAxes& axes, const SegmentationDecodeOptions& options);

}  // namespace visionkit
