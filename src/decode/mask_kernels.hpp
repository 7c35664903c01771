// The inner loops of instance masks, compiled for several instruction sets of which the best one is taken at run time
// (Highway). Products and sums are rounded one by one, so every instruction set gives the same masks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace visionkit {

/// out[x] = upper[x] * (1 - weight) + lower[x] * weight > threshold, in bytes of 0 and 1; `width` is a multiple of
/// row_multiple.
struct ThresholdRow {
  const float* upper;
  const float* lower;
  float weight;
  float threshold;
  std::size_t width;
};
void threshold_row(const ThresholdRow& row, std::uint8_t* out);

/// A row of each of several planes: of plane k and column x at [k * plane + x].
struct PlaneRow {
  const float* values;
  std::size_t plane;
  std::size_t width;
};
/// out[x] = the sum over all planes of factors[k] * row, for the columns [begin, end); `out` has the row's width, and
/// other columns may be written.
void combine_planes(const PlaneRow& row, std::span<const float> factors, std::size_t begin, std::size_t end,
                    float* out);

}  // namespace visionkit
