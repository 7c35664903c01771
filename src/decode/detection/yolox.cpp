// yolox and yolox_raw: one tensor, a row for each grid cell.
//
//             0   1   2  3       4          5 ... 5 + C - 1
//   cell 0 [ cx  cy   w  h  objectness   class probabilities ]
//
// yolox is decoded: the rows are those of yolov5. yolox_raw is relative to the cell at (column, row) of a level with
// stride s:
//   centre = (cx + column) * s, (cy + row) * s;   size = exp(w) * s, exp(h) * s
// Levels follow each other in the order of `strides`, cells by row. Objectness and classes went through a sigmoid
// already.
//
// Exporter: Megvii-BaseDetection/YOLOX tools/export_torchscript.py, with and without --decode_in_inference. Reference:
// demo_postprocess() of its utils/demo_utils.py, postprocess() of utils/boxes.py (which keeps scores equal to the
// threshold).
#include <cmath>

#include "core/fail.hpp"
#include "decode/detection/contract.hpp"
#include "decode/detection/formats.hpp"

namespace visionkit {
namespace {

struct Cell {
  float column, row, stride;
};

std::vector<Cell> cells_of(const DecodeContext& context) {
  std::vector<Cell> cells;
  for (const auto stride : context.strides) {
    if (stride < 1 || context.input.width % stride != 0 || context.input.height % stride != 0) {
      fail(ErrorCode::invalid_option, "strides has {}, expected a divisor of the input's {}x{}", stride,
           context.input.width, context.input.height);
    }
    for (int row = 0; row < context.input.height / stride; ++row) {
      for (int column = 0; column < context.input.width / stride; ++column) {
        cells.push_back({static_cast<float>(column), static_cast<float>(row), static_cast<float>(stride)});
      }
    }
  }
  return cells;
}

std::vector<ModelDetection> decode(std::string_view format, std::span<const TensorView> tensors,
                                   const DecodeContext& context, std::span<const Cell> cells) {
  const auto width = 5 + context.class_count;
  expect_tensors(format, tensors, {"output"});
  const auto rows = cells.empty() ? any_extent : static_cast<std::int64_t>(cells.size());
  const auto values =
      expect_floats(format, "output", tensors[0], {{rows, "cells"}, {static_cast<std::int64_t>(width), "5 + classes"}});
  Candidates candidates(format, context, BoxCoordinates::pixels);
  LabelPicker labels(context, ScoreActivation::none, LabelRule::best);
  std::vector<float> scores(context.class_count);
  for (std::size_t i = 0; i < values.size() / width; ++i) {
    const auto row = values.subspan(i * width, width);
    if (!(row[4] > context.score_threshold)) continue;
    for (std::size_t c = 0; c < scores.size(); ++c) scores[c] = row[4] * row[5 + c];
    ModelCenterBox box = {row[0], row[1], row[2], row[3]};
    if (!cells.empty()) {
      const auto& cell = cells[i];
      box = {(box.x + cell.column) * cell.stride, (box.y + cell.row) * cell.stride, std::exp(box.width) * cell.stride,
             std::exp(box.height) * cell.stride};
    }
    for (const auto& [label, score] : labels.pick(scores)) candidates.add(to_box(box), label.value, score, i);
  }
  return candidates.take();
}

}  // namespace

std::vector<ModelDetection> decode_yolox(std::span<const TensorView> tensors, const DecodeContext& context) {
  return decode("yolox", tensors, context, {});
}

std::vector<ModelDetection> decode_yolox_raw(std::span<const TensorView> tensors, const DecodeContext& context) {
  if (context.strides.empty()) fail(ErrorCode::invalid_option, "strides is empty, yolox_raw needs one for each level");
  return decode("yolox_raw", tensors, context, cells_of(context));
}

}  // namespace visionkit
