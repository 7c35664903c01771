// detr: two tensors, a row for each query.
//
//   logits  [ class 0 ... class C - 1  no-object ]   softmax (or as `activation` says)
//   boxes   [ cx  cy  w  h ]                         0..1 of the input
//
// Exporter: facebookresearch/detr (pred_logits, pred_boxes), Hugging Face's DetrForObjectDetection. Reference: Carion
// et al., "End-to-End Object Detection with Transformers", 2020; PostProcess of its models/detr.py: the best class but
// no-object.
#include "decode/detection/contract.hpp"
#include "decode/detection/formats.hpp"

namespace visionkit {

std::vector<ModelDetection> decode_detr(std::span<const TensorView> tensors, const DecodeContext& context) {
  const auto width = context.class_count + 1;
  expect_tensors("detr", tensors, {"logits", "boxes"});
  const auto logits =
      expect_floats("detr", "logits", tensors[0],
                    {{any_extent, "queries"}, {static_cast<std::int64_t>(width), "classes + no object"}});
  const auto queries = tensors[0].shape[0];
  const auto boxes = expect_floats("detr", "boxes", tensors[1], {{queries, "queries"}, {4, "cx, cy, w, h"}});
  Candidates candidates("detr", context, BoxCoordinates::normalized);
  LabelPicker labels(context, ScoreActivation::softmax, LabelRule::best);
  for (std::size_t i = 0; i < static_cast<std::size_t>(queries); ++i) {
    const auto box = boxes.subspan(i * 4, 4);
    const auto no_object = static_cast<std::ptrdiff_t>(context.class_count);
    for (const auto& [label, score] : labels.pick(logits.subspan(i * width, width), no_object)) {
      candidates.add(to_box(ModelCenterBox{box[0], box[1], box[2], box[3]}), label.value, score, i);
    }
  }
  return candidates.take();
}

}  // namespace visionkit
