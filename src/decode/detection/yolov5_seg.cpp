// yolov5_seg: two tensors.
//
//   output      [boxes, 5 + C + K]   rows as yolov5, then K mask coefficients
//   prototypes  [K, h, w]            float32; a mask is the coefficients times the prototypes
//
// Exporter: yolov5 segment/predict.py and export.py, K = 32 and h x w a quarter of the
// input. Reference: process_mask_native() of ultralytics' utils/ops.py, with the sigmoid of the score above 0.5.
#include "decode/detection/formats.hpp"
#include "decode/detection/prototypes.hpp"

namespace visionkit {

std::vector<ModelDetection> decode_yolov5_seg(std::span<const TensorView> tensors, const DecodeContext& context) {
  const auto boxes = with_coefficients("yolov5_seg", tensors, context);
  return decode_yolov5(tensors.first(1), boxes);
}

std::vector<Mask> masks_yolov5_seg(std::span<const TensorView> tensors, const DecodeContext& context,
                                   const MaskRequest& request) {
  return masks_of_prototypes(tensors, HeadLayout::rows, PrototypeRule::sigmoid, context, request);
}

}  // namespace visionkit
