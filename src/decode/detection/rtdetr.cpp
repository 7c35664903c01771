// rtdetr: two tensors, a row for each query.
//
//   logits  [ class 0 ... class C - 1 ]   sigmoid (or as `activation` says)
//   boxes   [ cx  cy  w  h ]              0..1 of the input
//
// Exporter: lyuwenyu/RT-DETR and D-FINE (pred_logits, pred_boxes), Deformable DETR, Hugging Face's
// RTDetrForObjectDetection. Reference: RTDETRPostProcessor: the `top_queries` best pairs of query and class over all; a
// query can give several.
#include <algorithm>

#include "decode/detection/contract.hpp"
#include "decode/detection/formats.hpp"

namespace visionkit {

std::vector<ModelDetection> decode_rtdetr(std::span<const TensorView> tensors, const DecodeContext& context) {
  const auto classes = context.class_count;
  expect_tensors("rtdetr", tensors, {"logits", "boxes"});
  const auto logits =
      expect_floats("rtdetr", "logits", tensors[0], {{any_extent, "queries"}, {classes_of(context), "classes"}});
  const auto queries = tensors[0].shape[0];
  const auto boxes = expect_floats("rtdetr", "boxes", tensors[1], {{queries, "queries"}, {4, "cx, cy, w, h"}});
  Candidates candidates("rtdetr", context, BoxCoordinates::normalized);
  LabelPicker labels(context, ScoreActivation::sigmoid, LabelRule::several);
  for (std::size_t i = 0; i < static_cast<std::size_t>(queries); ++i) {
    const auto box = boxes.subspan(i * 4, 4);
    for (const auto& [label, score] : labels.pick(logits.subspan(i * classes, classes))) {
      candidates.add(to_box(ModelCenterBox{box[0], box[1], box[2], box[3]}), label.value, score, i);
    }
  }
  auto found = candidates.take();
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
  if (found.size() > context.top_queries) found.resize(context.top_queries);
  return found;
}

}  // namespace visionkit
