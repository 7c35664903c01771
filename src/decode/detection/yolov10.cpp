// yolov10: one tensor, a row for each box, suppressed inside the network.
//
//            0   1   2   3    4      5
//   box 0 [ x1  y1  x2  y2  score  class ]
//
// Exporter: ultralytics (YOLOv10, YOLO26, and others with nms=True), 300 rows padded with score 0; THU-MIG/yolov10.
#include <cmath>

#include "core/fail.hpp"
#include "decode/detection/contract.hpp"
#include "decode/detection/formats.hpp"

namespace visionkit {

std::vector<ModelDetection> decode_yolov10(std::span<const TensorView> tensors, const DecodeContext& context) {
  expect_tensors("yolov10", tensors, {"output"});
  const auto values =
      expect_floats("yolov10", "output", tensors[0], {{any_extent, "boxes"}, {6, "x1, y1, x2, y2, score, class"}});
  Candidates candidates("yolov10", context, BoxCoordinates::pixels);
  for (std::size_t i = 0; i < values.size() / 6; ++i) {
    const auto row = values.subspan(i * 6, 6);
    if (!(row[4] > context.score_threshold)) continue;
    if (!(row[5] >= 0 && row[5] < static_cast<float>(context.class_count) && row[5] == std::floor(row[5]))) {
      fail(ErrorCode::model_contract, "yolov10: box {} has class {}, expected a whole number from 0 to {}", i, row[5],
           context.class_count - 1);
    }
    candidates.add({row[0], row[1], row[2], row[3]}, static_cast<std::int64_t>(row[5]), row[4], i);
  }
  return candidates.take();
}

}  // namespace visionkit
