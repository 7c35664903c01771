#include "decode/sample_axis.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace visionkit {
namespace {

SampleAxis with_space(int outputs) {
  const auto count = static_cast<std::size_t>(outputs);
  SampleAxis axis;
  axis.first.resize(count);
  axis.second.resize(count);
  axis.weights.resize(count);
  axis.begin = outputs;
  return axis;
}

void note_seen(int output, SampleAxis& axis) {
  axis.begin = std::min(axis.begin, output);
  axis.end = output + 1;
}

}  // namespace

SampleAxis bilinear_axis(const AxisRegion& region, CornerRule corners) {
  auto axis = with_space(region.count);
  const double whole = std::floor(region.start);  // positions are relative to it: torch's floats on a cut-out map
  const auto rest = static_cast<float>(region.start - whole);
  const double length = region.end - region.start;
  float scale = static_cast<float>(length) / static_cast<float>(region.outputs);
  if (corners == CornerRule::align_corners) {
    const auto steps = std::max(length - 1, 0.0);
    scale = region.outputs > 1 ? static_cast<float>(steps) / static_cast<float>(region.outputs - 1) : 0;
  }
  const double lowest = std::clamp(whole, 0.0, region.cells - 1.0);
  const double highest = std::clamp(std::ceil(region.end) - 1, lowest, region.cells - 1.0);
  const bool has_half = corners == CornerRule::half_pixel;
  for (int output = 0; output < region.count; ++output) {
    const auto i = std::int64_t{region.from} + output;
    const float offset =
        has_half ? scale * (static_cast<float>(i) + 0.5F) - 0.5F + rest : scale * static_cast<float>(i) + rest;
    // Floats cannot tell the outer edge from the center of the last of very many outputs.
    const double center =
        has_half ? region.start + (static_cast<double>(i) + 0.5) * length / static_cast<double>(region.outputs)
                 : region.start + 0.5 + static_cast<double>(i) * double{scale};
    if (center >= 0 && center <= region.cells) note_seen(output, axis);
    const auto at = static_cast<std::size_t>(output);
    const double cell = std::clamp(whole + std::floor(double{offset}), lowest, highest);
    axis.first[at] = static_cast<std::int32_t>(cell);
    axis.second[at] = static_cast<std::int32_t>(std::min(cell + 1, highest));
    axis.weights[at] = std::clamp(offset - static_cast<float>(cell - whole), 0.0F, 1.0F);
  }
  return axis;
}

SampleAxis nearest_axis(const AxisRegion& region) {
  auto axis = with_space(region.count);
  const double scale = 1 / (static_cast<double>(region.outputs) / (region.end - region.start));
  for (int output = 0; output < region.count; ++output) {
    const auto i = std::int64_t{region.from} + output;
    const double cell = std::min(std::floor(region.start + static_cast<double>(i) * scale), std::ceil(region.end) - 1);
    if (cell >= 0 && cell < region.cells) note_seen(output, axis);
    const auto at = static_cast<std::size_t>(output);
    axis.first[at] = axis.second[at] = static_cast<std::int32_t>(std::clamp(cell, 0.0, region.cells - 1.0));
  }
  return axis;
}

}  // namespace visionkit
