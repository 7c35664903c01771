// From a small map of values to the mask of a window: interpolate, compare, collect.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "decode/mask_rows.hpp"
#include "decode/sample_axis.hpp"

namespace visionkit {

/// A map of values, of which only the cells that the axes name are read.
struct ValueMap {
  const float* values;  ///< row-major
  std::size_t width;
  std::int32_t first_row;  ///< which row of the axes' the first stored row is
};

/// Makes one mask after another and keeps its memory between them.
class MaskSampler {
 public:
  /// The pixels of `window` whose interpolated value is greater than the threshold; the axes give the window's columns
  /// and rows.
  [[nodiscard]] Mask sample(const ValueMap& map, SampleAxis x, const SampleAxis& y, float threshold,
                            const MaskWindow& window, Size picture);

 private:
  struct Row {
    std::int32_t index = -1;
    std::vector<float> values;
  };
  std::array<Row, 2> rows_;
  MaskRows mask_;
};

}  // namespace visionkit
