// Every decoder of detection_formats.def.
#pragma once

#include <span>
#include <vector>

#include <visionkit/decode/detection.hpp>

namespace visionkit {

#define VISIONKIT_DETECTION_FORMAT(name, about, suppression) \
  std::vector<ModelDetection> decode_##name(std::span<const TensorView> tensors, const DecodeContext& context);
#define VISIONKIT_MASK_FORMAT(name, about, suppression)                                             \
  VISIONKIT_DETECTION_FORMAT(name, about, suppression)                                              \
  std::vector<Mask> masks_##name(std::span<const TensorView> tensors, const DecodeContext& context, \
                                 const MaskRequest& request);
#include "decode/detection_formats.def"
#undef VISIONKIT_MASK_FORMAT
#undef VISIONKIT_DETECTION_FORMAT

}  // namespace visionkit
