// Maps of numbers, one a pixel, as COCO's run lengths of each number, and back.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <visionkit/core/mask.hpp>

namespace visionkit {

/// The pixels that have a number.
struct NumberedMask {
  std::uint32_t number = 0;
  Mask mask;
};

/// In the order of the first pixels down the columns.
template <class Number>
std::vector<NumberedMask> split_map(std::span<const Number> map, Size size);

/// The map of masks of this size; pixels that are in none are `background`. Throws invalid_argument for masks that
/// share pixels.
template <class Number>
std::vector<Number> join_map(std::span<const NumberedMask> masks, Size size, Number background);

}  // namespace visionkit
