#include "decode/detection/prototypes.hpp"

#include "decode/detection/contract.hpp"

namespace visionkit {

DecodeContext with_coefficients(std::string_view format, std::span<const TensorView> tensors, DecodeContext context) {
  expect_tensors(format, tensors, {"output", "prototypes"});
  expect_shape(format, "prototypes", tensors[1], DType::float32,
               {{any_extent, "coefficients"}, {any_extent, "height"}, {any_extent, "width"}});
  context.extra_values = static_cast<std::size_t>(tensors[1].shape[0]);
  return context;
}

std::vector<Mask> masks_of_prototypes(std::span<const TensorView> tensors, HeadLayout layout, PrototypeRule rule,
                                      const DecodeContext& context, const MaskRequest& request) {
  std::vector<std::int32_t> sources;
  sources.reserve(request.detections.size());
  for (const auto& detection : request.detections) sources.push_back(detection.source);
  const auto coefficients = head_values(tensors[0], layout, static_cast<std::size_t>(tensors[1].shape[0]), sources);
  return prototype_masks(tensors[1], coefficients.view(), {.image = request.boxes},
                         {.input = context.input,
                          .image = request.image,
                          .rule = context.mask_rule.value_or(rule),
                          .content = request.content});
}

}  // namespace visionkit
