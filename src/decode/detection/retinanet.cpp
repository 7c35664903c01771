// retinanet: two tensors, a row for each anchor; the anchors come with the context.
//
//   logits   [ class 0 ... class C - 1 ]   sigmoid (or as `activation` says)
//   offsets  [ dx  dy  dw  dh ]            centre = anchor centre + d * anchor size;  size = exp(d) * anchor size
//
// Exporter: the heads of torchvision's RetinaNet, levels one after the other. Reference: Lin et al., "Focal Loss for
// Dense Object Detection", 2017; torchvision/models/detection/retinanet.py, postprocess_detections(), which gives a box
// every label above the threshold.
#include "decode/detection/contract.hpp"
#include "decode/detection/formats.hpp"

namespace visionkit {

std::vector<ModelDetection> decode_retinanet(std::span<const TensorView> tensors, const DecodeContext& context) {
  const auto classes = context.class_count;
  const auto rows = anchors_of("retinanet", context);
  expect_tensors("retinanet", tensors, {"logits", "offsets"});
  const auto logits =
      expect_floats("retinanet", "logits", tensors[0], {{rows, "anchors"}, {classes_of(context), "classes"}});
  const auto offsets = expect_floats("retinanet", "offsets", tensors[1], {{rows, "anchors"}, {4, "dx, dy, dw, dh"}});
  Candidates candidates("retinanet", context, BoxCoordinates::pixels);
  LabelPicker labels(context, ScoreActivation::sigmoid, LabelRule::several);
  for (std::size_t i = 0; i < context.anchors.size(); ++i) {
    for (const auto& [label, score] : labels.pick(logits.subspan(i * classes, classes))) {
      candidates.add(decode_offsets(context.anchors[i], offsets.subspan(i * 4, 4), 1, 1), label.value, score, i);
    }
  }
  return candidates.take();
}

}  // namespace visionkit
