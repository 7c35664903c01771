// yolov8_seg: two tensors.
//
//   output      [4 + C + K, boxes]   columns as yolov8, then K mask coefficients
//   prototypes  [K, h, w]            float32; a mask is the coefficients times the prototypes
//
// Exporter: ultralytics model.export() of a -seg model (YOLOv8, 9, 11, 12), K = 32 and h x w a quarter of the
// input. Reference: process_mask_native() of ultralytics' utils/ops.py, with the score above 0.
#include "decode/detection/formats.hpp"
#include "decode/detection/prototypes.hpp"

namespace visionkit {

std::vector<ModelDetection> decode_yolov8_seg(std::span<const TensorView> tensors, const DecodeContext& context) {
  const auto boxes = with_coefficients("yolov8_seg", tensors, context);
  return decode_yolov8(tensors.first(1), boxes);
}

std::vector<Mask> masks_yolov8_seg(std::span<const TensorView> tensors, const DecodeContext& context,
                                   const MaskRequest& request) {
  return masks_of_prototypes(tensors, HeadLayout::columns, PrototypeRule::logit, context, request);
}

}  // namespace visionkit
