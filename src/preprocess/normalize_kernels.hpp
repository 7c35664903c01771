// The inner loop of normalization, compiled for several instruction sets of which the best one is taken at run time
// (Highway).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace visionkit {

/// A factor as the sum of two floats, for products that are off by far less than float32 rounds.
struct ExactFactor {
  float high = 1;
  float low = 0;
};

/// ((byte * scale) - mean) * inverse_std. Rounded to the definition's bits for nearly all options on processors with
/// fused multiply-add; whoever uses it compares all 256 values first.
struct NormalizeFormula {
  ExactFactor scale;
  float mean = 0;
  ExactFactor inverse_std;
};

/// Three bytes a pixel into three planes, each by its formula. Returns how many pixels it has done: all, or none when
/// they are fewer than a vector holds.
std::size_t normalize_planes(const std::uint8_t* pixels, std::size_t count,
                             const std::array<NormalizeFormula, 3>& formulas, const std::array<float*, 3>& planes);

}  // namespace visionkit
