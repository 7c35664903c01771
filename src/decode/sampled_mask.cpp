#include "decode/sampled_mask.hpp"

#include "decode/mask_kernels.hpp"
#include "decode/segmentation_kernels.hpp"

namespace visionkit {

Mask MaskSampler::sample(const ValueMap& map, SampleAxis x, const SampleAxis& y, float threshold,
                         const MaskWindow& window, Size picture) {
  const auto width = (window.width() + row_multiple - 1) / row_multiple * row_multiple;
  x.first.resize(width);
  x.second.resize(width);
  x.weights.resize(width);
  for (auto& row : rows_) {
    row.index = -1;
    row.values.resize(width);
  }
  const ColumnTaps taps = {x.first.data(), x.second.data(), x.weights.data(), width};
  const auto row_of = [&](std::int32_t index, std::int32_t other) -> const float* {
    for (const auto& row : rows_) {
      if (row.index == index) return row.values.data();
    }
    auto& row = rows_[0].index == other ? rows_[1] : rows_[0];
    row.index = index;
    spread_columns(map.values + static_cast<std::size_t>(index - map.first_row) * map.width, taps, row.values.data());
    return row.values.data();
  };
  mask_.begin(window, picture);
  for (std::size_t i = 0; i < window.height(); ++i) {
    const auto* const upper = row_of(y.first[i], y.second[i]);
    const auto* const lower = row_of(y.second[i], y.first[i]);
    threshold_row({upper, lower, y.weights[i], threshold, width}, mask_.next_row());
    mask_.end_row();
  }
  return mask_.finish();
}

}  // namespace visionkit
