// The inner loop of normalization, compiled for several instruction sets of which the best one is taken at run time
// (Highway).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace visionkit {

/// ((byte / divisor) - mean) / std, the divisions done by reciprocals and one corrected step each (Markstein). Correctly
/// rounded for most divisors on processors with fused multiply-add; whoever uses it compares all 256 values first.
struct NormalizeFormula {
  float divisor = 1;
  float reciprocal_divisor = 1;
  float mean = 0;
  float std = 1;
  float reciprocal_std = 1;
};

/// Three bytes a pixel into three planes, each by its formula. Returns how many pixels it has done: all, or none when they
/// are fewer than a vector holds.
std::size_t normalize_planes(const std::uint8_t* pixels, std::size_t count, const std::array<NormalizeFormula, 3>& formulas,
                             const std::array<float*, 3>& planes);

}  // namespace visionkit
