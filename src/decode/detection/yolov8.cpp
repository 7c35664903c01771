// yolov8: one tensor, a column for each box.
//
//               box 0  box 1  ...
//   0        [   cx     cx        ]
//   1        [   cy     cy        ]
//   2        [    w      w        ]
//   3        [    h      h        ]
//   4        [ probability of class 0 ]
//   ...
//   4 + C - 1                            (then `extra_values` more rows)
//
// Exporter: ultralytics (YOLOv8, v9, 11, 12) model.export(), 84 x 8400 at 640 x 640 and 80 classes. Reference:
// non_max_suppression() of its utils/ops.py: the class probability strictly above the threshold, no objectness.
#include <algorithm>
#include <array>

#include "decode/detection/contract.hpp"
#include "decode/detection/formats.hpp"

namespace visionkit {

std::vector<ModelDetection> decode_yolov8(std::span<const TensorView> tensors, const DecodeContext& context) {
  const auto classes = context.class_count;
  const auto height = 4 + classes + context.extra_values;
  expect_tensors("yolov8", tensors, {"output"});
  const auto values = expect_floats("yolov8", "output", tensors[0],
                                    {{static_cast<std::int64_t>(height), "4 + classes"}, {any_extent, "boxes"}});
  const auto boxes = values.size() / height;
  const float* const first = values.data();
  const auto value = [&](std::size_t row, std::size_t column) { return first[row * boxes + column]; };
  Candidates candidates("yolov8", context, BoxCoordinates::pixels);
  LabelPicker labels(context, ScoreActivation::none, LabelRule::best);
  std::vector<float> scores(classes);
  // The best score of every column, row by row and a block of columns at a time; few columns pass the threshold.
  constexpr std::size_t block = 512;
  std::array<float, block> best;
  for (std::size_t start = 0; start < boxes; start += block) {
    const auto count = std::min(block, boxes - start);
    std::copy_n(first + 4 * boxes + start, count, best.begin());
    for (std::size_t c = 1; c < classes; ++c) {
      const float* const row = first + (4 + c) * boxes + start;
      for (std::size_t j = 0; j < count; ++j) best[j] = row[j] > best[j] ? row[j] : best[j];
    }
    for (std::size_t j = 0; j < count; ++j) {
      if (best[j] <= context.score_threshold) continue;
      const auto column = start + j;
      for (std::size_t c = 0; c < classes; ++c) scores[c] = value(4 + c, column);
      const ModelCenterBox box = {value(0, column), value(1, column), value(2, column), value(3, column)};
      for (const auto& [label, score] : labels.pick(scores)) candidates.add(to_box(box), label.value, score, column);
    }
  }
  return candidates.take();
}

}  // namespace visionkit
