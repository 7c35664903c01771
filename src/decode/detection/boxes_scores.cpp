// boxes_scores: two tensors, a row for each box, suppressed already or not.
//
//   boxes   [ x1  y1  x2  y2 ]            (or as `encoding` says)
//   scores  [ class 0 ... class C - 1 ]   probabilities (or as `activation` says)
//
// Exporter: many; Paddle's and NanoDet's conversions, EfficientDet, hand-written wrappers. `coordinates` is pixels
// unless declared otherwise.
#include "decode/detection/contract.hpp"
#include "decode/detection/formats.hpp"

namespace visionkit {
namespace {

ModelBox box_of(std::span<const float> row, BoxEncoding encoding) {
  switch (encoding) {
    case BoxEncoding::center: return to_box(ModelCenterBox{row[0], row[1], row[2], row[3]});
    case BoxEncoding::xywh: return to_box(ModelXywhBox{row[0], row[1], row[2], row[3]});
    case BoxEncoding::corners: break;
  }
  return {row[0], row[1], row[2], row[3]};
}

}  // namespace

std::vector<ModelDetection> decode_boxes_scores(std::span<const TensorView> tensors, const DecodeContext& context) {
  const auto classes = context.class_count;
  expect_tensors("boxes_scores", tensors, {"boxes", "scores"});
  const auto boxes = expect_floats("boxes_scores", "boxes", tensors[0], {{any_extent, "boxes"}, {4, "box"}});
  const auto count = tensors[0].shape[0];
  const auto scores =
      expect_floats("boxes_scores", "scores", tensors[1], {{count, "boxes"}, {classes_of(context), "classes"}});
  const auto encoding = context.encoding.value_or(BoxEncoding::corners);
  Candidates candidates("boxes_scores", context, BoxCoordinates::pixels);
  LabelPicker labels(context, ScoreActivation::none, LabelRule::best);
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    for (const auto& [label, score] : labels.pick(scores.subspan(i * classes, classes))) {
      candidates.add(box_of(boxes.subspan(i * 4, 4), encoding), label.value, score, i);
    }
  }
  return candidates.take();
}

}  // namespace visionkit
