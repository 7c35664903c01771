// Where the pixels of an output row or column take their values from: the arithmetic of torch's upsample_bilinear2d
// in float32, on a part of the source.
#pragma once

#include <cstdint>
#include <vector>

#include <visionkit/decode/segmentation.hpp>

namespace visionkit {

/// The part of an axis of `cells` cells that becomes `outputs` pixels, and the pixels of interest.
struct AxisRegion {
  int cells = 0;
  double start = 0;  ///< in cells; may lie outside [0, cells]
  double end = 0;
  std::int64_t outputs = 0;
  int from = 0;  ///< answered are only the outputs [from, from + count)
  int count = 0;
};

struct SampleAxis {
  std::vector<std::int32_t> first;   ///< by output of interest: the cell at or before its center
  std::vector<std::int32_t> second;  ///< the next cell, or the same at the end
  std::vector<float> weights;        ///< of the second; the first has 1 - weight
  int begin = 0;                     ///< those of [begin, end), counted from `from`, lie in the source, others outside
  int end = 0;
};

/// Two cells for each output. Cells that show nothing of the region are not used.
SampleAxis bilinear_axis(const AxisRegion& region, CornerRule corners);
/// Cell floor(i * scale) for each output, as cv::resize with INTER_NEAREST; all weights are 0.
SampleAxis nearest_axis(const AxisRegion& region);
/// The whole of an axis.
[[nodiscard]] inline AxisRegion whole_axis(int cells, int outputs) {
  return {
      .cells = cells, .start = 0, .end = static_cast<double>(cells), .outputs = outputs, .from = 0, .count = outputs};
}
/// Cuts both axes to the part of the network's input, of this size, that shows the picture.
inline void cut_to(const ModelBox& content, Size input, AxisRegion& x, AxisRegion& y) {
  const double cell_x = double(x.cells) / input.width;
  const double cell_y = double(y.cells) / input.height;
  x.start = content.x1 * cell_x;
  x.end = content.x2 * cell_x;
  y.start = content.y1 * cell_y;
  y.end = content.y2 * cell_y;
}

}  // namespace visionkit
