// yolov5: one tensor, a row for each box.
//
//            0   1   2  3       4          5 ... 5 + C - 1   (then `extra_values` more)
//   box 0 [ cx  cy   w  h  objectness   class probabilities ]
//   box 1 [ ...                                             ]
//
// Exporter: ultralytics/yolov5 export.py (TorchScript and ONNX, without NMS), 25200 rows at 640 x 640; YOLOv6, YOLOv7
// and many others write the same. Reference: non_max_suppression() of its utils/general.py: boxes with objectness above
// the threshold, score = objectness * class probability, strictly above the threshold.
#include "decode/detection/contract.hpp"
#include "decode/detection/formats.hpp"

namespace visionkit {

std::vector<ModelDetection> decode_yolov5(std::span<const TensorView> tensors, const DecodeContext& context) {
  const auto classes = context.class_count;
  const auto width = 5 + classes + context.extra_values;
  expect_tensors("yolov5", tensors, {"output"});
  const auto values = expect_floats("yolov5", "output", tensors[0],
                                    {{any_extent, "boxes"}, {static_cast<std::int64_t>(width), "5 + classes"}});
  Candidates candidates("yolov5", context, BoxCoordinates::pixels);
  LabelPicker labels(context, ScoreActivation::none, LabelRule::best);
  std::vector<float> scores(classes);
  for (std::size_t i = 0; i < values.size() / width; ++i) {
    const auto row = values.subspan(i * width, width);
    const float objectness = row[4];
    if (!(objectness > context.score_threshold)) continue;
    for (std::size_t c = 0; c < classes; ++c) scores[c] = objectness * row[5 + c];
    for (const auto& [label, score] : labels.pick(scores)) {
      candidates.add(to_box(ModelCenterBox{row[0], row[1], row[2], row[3]}), label.value, score, i);
    }
  }
  return candidates.take();
}

}  // namespace visionkit
