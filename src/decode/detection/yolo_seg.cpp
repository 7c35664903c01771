// yolov5_seg and yolov8_seg: two tensors each.
//
//   output      [boxes, 5 + C + K]   rows as yolov5, then K mask coefficients: yolov5_seg
//               [4 + C + K, boxes]   columns as yolov8, then K mask coefficients: yolov8_seg
//   prototypes  [K, h, w]            float32; a mask is the coefficients times the prototypes
//
// Exporters: yolov5 segment/predict.py and export.py; ultralytics model.export() of a -seg model (YOLOv8, 9, 11, 12).
// K = 32 and h x w a quarter of the input. Reference: process_mask_native() of ultralytics' utils/ops.py, for yolov5
// with the sigmoid of the score above 0.5, else with the score above 0.
#include "decode/detection/contract.hpp"
#include "decode/detection/formats.hpp"

namespace visionkit {
namespace {

// The context of the box format: as many extra values as there are prototypes.
DecodeContext with_coefficients(std::string_view format, std::span<const TensorView> tensors, DecodeContext context) {
  expect_tensors(format, tensors, {"output", "prototypes"});
  expect_shape(format, "prototypes", tensors[1], DType::float32,
               {{any_extent, "coefficients"}, {any_extent, "height"}, {any_extent, "width"}});
  context.extra_values = static_cast<std::size_t>(tensors[1].shape[0]);
  return context;
}

// The masks at the resolution of the picture.
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

}  // namespace

std::vector<ModelDetection> decode_yolov5_seg(std::span<const TensorView> tensors, const DecodeContext& context) {
  const auto boxes = with_coefficients("yolov5_seg", tensors, context);
  return decode_yolov5(tensors.first(1), boxes);
}

std::vector<Mask> masks_yolov5_seg(std::span<const TensorView> tensors, const DecodeContext& context,
                                   const MaskRequest& request) {
  return masks_of_prototypes(tensors, HeadLayout::rows, PrototypeRule::sigmoid, context, request);
}

std::vector<ModelDetection> decode_yolov8_seg(std::span<const TensorView> tensors, const DecodeContext& context) {
  const auto boxes = with_coefficients("yolov8_seg", tensors, context);
  return decode_yolov8(tensors.first(1), boxes);
}

std::vector<Mask> masks_yolov8_seg(std::span<const TensorView> tensors, const DecodeContext& context,
                                   const MaskRequest& request) {
  return masks_of_prototypes(tensors, HeadLayout::columns, PrototypeRule::logit, context, request);
}

}  // namespace visionkit
