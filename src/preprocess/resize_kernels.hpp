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

/// Weights of 22 fractional bits in the order in which the loops want them. One vector lane of 16 bytes makes one output
/// pixel from four taps at a time. A weight is split into 11 low bits and the rest, each good for 16-bit multiplies
/// whose pairs are summed in 32 bits; shifted together the two sums are the exact one.
struct HorizontalPlan {
  /// Four neighboring outputs, which advance together.
  struct Quad {
    int offset[4];            ///< bytes from the row's start to the first tap of each output
    int steps;                ///< of four taps
    std::size_t first_weight; ///< in `weights`
  };
  int channels = 0;
  int outputs = 0;
  std::size_t source_bytes = 0;  ///< how many bytes of a source row may be read, slack included
  std::vector<Quad> quads;
  /// For every quad, step and output: the pairs of taps (0, 1) and (2, 3), each as high parts, then low parts.
  std::vector<std::int16_t> weights;
};
void plan_horizontal(const AxisTaps<std::int32_t>& taps, int channels, HorizontalPlan& plan);

/// Applies the plan to rows_at_once rows; the rows may be the same. Rounds to bytes. Reads plan.source_bytes of a row and
/// writes outputs * channels + row_slack bytes at most.
void horizontal_pass(const HorizontalPlan& plan, const std::uint8_t* const* rows, std::uint8_t* const* results);

/// Pairs of taps as vertical_pass() wants them: for every pair both high parts, then both low parts; an odd number of
/// taps is filled up with a zero.
void plan_vertical(const std::int32_t* weights, int count, std::vector<std::int16_t>& pairs);

/// One row of bytes from as many rows as there are taps, rounded up to pairs (the last one may repeat).
void vertical_pass(const std::uint8_t* const* rows, const std::int16_t* pairs, int pair_count, std::size_t bytes,
                   std::uint8_t* result);

/// The horizontal half of OpenCV's linear: two taps a pixel, weights of 11 bits, sums divided by 16. One vector lane of
/// 16 bytes makes one output pixel.
struct LinearPlan {
  int channels = 0;
  int outputs = 0;
  std::size_t source_bytes = 0;          ///< how many bytes of a source row may be read, slack included
  std::vector<int> offsets;              ///< by output, rounded up to fours: bytes from the row's start to the left tap
  std::vector<std::int16_t> weights;     ///< two for every offset
};
/// Writes outputs * channels values and at most row_slack bytes more.
void linear_horizontal_pass(const LinearPlan& plan, const std::uint8_t* row, std::int16_t* result);
/// ((upper * weights[0] >> 16) + (lower * weights[1] >> 16) + 2) >> 2
void linear_vertical_pass(const std::int16_t* upper, const std::int16_t* lower, const std::int16_t* weights,
                          std::size_t values, std::uint8_t* result);

}  // namespace visionkit
