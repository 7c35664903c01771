// What the formats with prototype masks share.
#pragma once

#include <visionkit/decode/detection.hpp>

namespace visionkit {

/// The context of the box format: as many extra values as there are prototypes. `tensors` are the head and the
/// prototypes. Throws model_contract.
DecodeContext with_coefficients(std::string_view format, std::span<const TensorView> tensors, DecodeContext context);

/// The masks at the resolution of the picture.
std::vector<Mask> masks_of_prototypes(std::span<const TensorView> tensors, HeadLayout layout, PrototypeRule rule,
                                      const DecodeContext& context, const MaskRequest& request);

}  // namespace visionkit
