// The inner loops of decode_segmentation(), compiled for several instruction sets of which the best one is taken at run
// time (Highway). Products and sums are rounded one by one, so every instruction set gives the same labels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace visionkit {

/// The loops work on whole vectors: widths and strides are multiples of this.
inline constexpr std::size_t row_multiple = 16;
/// How many rows best_classes() takes at once.
inline constexpr std::size_t best_rows = 4;

/// out[x] = row[first[x]] * (1 - weights[x]) + row[second[x]] * weights[x]
struct ColumnTaps {
  const std::int32_t* first;
  const std::int32_t* second;
  const float* weights;
  std::size_t width;
};
void spread_columns(const float* row, const ColumnTaps& taps, float* out);

/// Two neighboring rows of scores: of class c and column x at [c * width + x]. A row between them is
/// upper * (1 - weight) + lower * weight.
struct ScoreRows {
  const float* upper;
  const float* lower;
  std::size_t classes;
  std::size_t width;
};

/// For each weight, best_rows at most, one row: the class with the highest score, the first of equal ones, and that
/// score. Rows of the results are `width` apart.
void best_classes(const ScoreRows& rows, std::span<const float> weights, std::uint16_t* ids, float* scores);

/// The sum over all classes of exp(score - best[x]).
void sum_exponentials(const ScoreRows& rows, float weight, const float* best, float* sums);

}  // namespace visionkit
