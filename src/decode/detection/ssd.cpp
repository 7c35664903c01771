// ssd: two tensors, a row for each anchor; the anchors come with the context.
//
//   locations  [ dx  dy  dw  dh ]          centre = anchor centre + 0.1 d * anchor size;  size = exp(0.2 d) * anchor
//   size scores     [ background  class 0 ... class C - 1 ]    logits, softmax (or as `activation` says)
//
// Exporter: the heads of torchvision's SSD300 / SSDLite and of the original Caffe SSD (variances 0.1 and 0.2).
// Reference: Liu et al., "SSD: Single Shot MultiBox Detector", 2016; torchvision/models/detection/ssd.py,
// postprocess_detections(), which gives a box every label above the threshold.
#include "decode/detection/contract.hpp"
#include "decode/detection/formats.hpp"

namespace visionkit {

std::vector<ModelDetection> decode_ssd(std::span<const TensorView> tensors, const DecodeContext& context) {
  const auto width = context.class_count + 1;
  const auto rows = anchors_of("ssd", context);
  expect_tensors("ssd", tensors, {"locations", "scores"});
  const auto locations = expect_floats("ssd", "locations", tensors[0], {{rows, "anchors"}, {4, "dx, dy, dw, dh"}});
  const auto scores = expect_floats("ssd", "scores", tensors[1],
                                    {{rows, "anchors"}, {static_cast<std::int64_t>(width), "background + classes"}});
  Candidates candidates("ssd", context, BoxCoordinates::pixels);
  LabelPicker labels(context, ScoreActivation::softmax, LabelRule::several);
  for (std::size_t i = 0; i < context.anchors.size(); ++i) {
    for (const auto& [label, score] : labels.pick(scores.subspan(i * width, width), 0)) {
      candidates.add(decode_offsets(context.anchors[i], locations.subspan(i * 4, 4), 0.1F, 0.2F), label.value, score,
                     i);
    }
  }
  return candidates.take();
}

}  // namespace visionkit
