// The inner loops of resizing bytes, compiled for several instruction sets of which the best one is taken at run time
// (Highway). All are integer arithmetic, so every instruction set gives the same bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "preprocess/resize_taps.hpp"

namespace visionkit {

/// How many bytes horizontal passes may read beyond a source row's last pixel, or write beyond a result's last one.
inline constexpr std::size_t row_slack = 64;
/// How many rows horizontal_pass() takes at once.
inline constexpr int rows_at_once = 4;

/// How a weight of 22 fractional bits is divided into parts for which there are fast multiplications. The sums of the
/// products with each part, shifted together, are the exact sum. Four weights take 16 bytes in both forms.
enum class WeightParts {
  shorts,  ///< weight = high * 2^11 + low: of taps 0 and 1 the high parts, the low parts, then of taps 2 and 3
  bytes,   ///< weight = a * 2^16 + b * 2^8 + c: of all four taps a, then b, then c, then four bytes of nothing
};
/// What the loops of this machine are fastest with. Loops of one instruction set take what it prefers, and shorts.
WeightParts preferred_weight_parts();

/// One lane of 16 bytes makes one output pixel, from four taps at a time.
struct HorizontalPlan {
  /// Four neighboring outputs, which advance together.
  struct Quad {
    int offset[4];             ///< bytes from the row's start to the first tap of each output
    int steps;                 ///< of four taps
    std::size_t first_weight;  ///< in `weights`
  };
  int channels = 0;  ///< 0 until the plan is complete
  int outputs = 0;
  WeightParts form = WeightParts::shorts;
  std::size_t source_bytes = 0;  ///< how many bytes of a source row may be read, slack included
  std::vector<Quad> quads;
  std::vector<std::int16_t> weights;  ///< eight for every quad, step and output
};
void plan_horizontal(const AxisTaps<std::int32_t>& taps, int channels, HorizontalPlan& plan);

/// Applies the plan to rows_at_once rows; the rows may be the same. Rounds to bytes. Reads plan.source_bytes of a row
/// and writes outputs * channels + row_slack bytes at most.
void horizontal_pass(const HorizontalPlan& plan, const std::uint8_t* const* rows, std::uint8_t* const* results);

/// The taps of all output rows.
struct VerticalPlan {
  WeightParts form = WeightParts::shorts;
  std::vector<int> first;                 ///< by output: its first source row
  std::vector<int> count;                 ///< by output: how many source rows
  std::vector<std::size_t> first_weight;  ///< by output, in `weights`
  std::vector<std::int16_t> weights;      ///< eight for every output and four taps
  int max_count = 0;
};
void plan_vertical(const AxisTaps<std::int32_t>& taps, VerticalPlan& plan);

/// The taps of one output row.
struct VerticalTaps {
  const std::int16_t* weights = nullptr;
  int count = 0;
  WeightParts form = WeightParts::shorts;
};

/// One row of bytes from as many rows as there are taps, rounded up to fours (any row may fill up).
void vertical_pass(const std::uint8_t* const* rows, const VerticalTaps& taps, std::size_t bytes, std::uint8_t* result);

/// The horizontal half of OpenCV's linear: two taps a pixel, weights of 11 bits, sums divided by 16. One lane of 16
/// bytes makes one output pixel.
struct LinearPlan {
  int channels = 0;
  int outputs = 0;
  std::size_t source_bytes = 0;       ///< how many bytes of a source row may be read, slack included
  std::vector<int> offsets;           ///< by output, rounded up to fours: bytes from the row's start to the left tap
  std::vector<std::int16_t> weights;  ///< eight for every offset: four times those of both taps
};
/// Writes outputs * channels values and at most row_slack bytes more.
void linear_horizontal_pass(const LinearPlan& plan, const std::uint8_t* row, std::int16_t* result);
/// ((upper * weights[0] >> 16) + (lower * weights[1] >> 16) + 2) >> 2
void linear_vertical_pass(const std::int16_t* upper, const std::int16_t* lower, const std::int16_t* weights,
                          std::size_t values, std::uint8_t* result);

}  // namespace visionkit
