// torchvision: three tensors, in this order whatever the order in the model's dictionary was.
//
//   boxes   [n, 4]  float32  x1, y1, x2, y2 in pixels of the picture that the network was given
//   labels  [n]     int64    0..C-1; torchvision counts the background as class 0
//   scores  [n]     float32
//
// Exporter: torch.jit.script of torchvision.models.detection (Faster R-CNN, RetinaNet, FCOS, SSD, Mask R-CNN), which
// answers a list of dictionaries, one for each picture, resized back and suppressed inside.
#include "core/fail.hpp"
#include "decode/detection/contract.hpp"
#include "decode/detection/formats.hpp"

namespace visionkit {

std::vector<ModelDetection> decode_torchvision(std::span<const TensorView> tensors, const DecodeContext& context) {
  expect_tensors("torchvision", tensors, {"boxes", "labels", "scores"});
  const auto boxes = expect_floats("torchvision", "boxes", tensors[0], {{any_extent, "boxes"}, {4, "x1, y1, x2, y2"}});
  const auto count = tensors[0].shape[0];
  expect_shape("torchvision", "labels", tensors[1], DType::int64, {{count, "boxes"}});
  const auto scores = expect_floats("torchvision", "scores", tensors[2], {{count, "boxes"}});
  const auto* const labels = static_cast<const std::int64_t*>(tensors[1].data);
  Candidates candidates("torchvision", context, BoxCoordinates::pixels);
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    if (!(scores[i] > context.score_threshold)) continue;
    if (labels[i] < 0 || labels[i] >= classes_of(context)) {
      fail(ErrorCode::model_contract, "torchvision: box {} has label {}, expected 0..{}", i, labels[i],
           context.class_count - 1);
    }
    candidates.add({boxes[i * 4], boxes[i * 4 + 1], boxes[i * 4 + 2], boxes[i * 4 + 3]}, labels[i], scores[i], i);
  }
  return candidates.take();
}

}  // namespace visionkit
