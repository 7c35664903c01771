#include "decode/score_order.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <utility>

namespace visionkit {
namespace {

// An unsigned number that rises while the score falls.
std::uint32_t falling_key(float score) {
  if (std::isnan(score)) return 0;
  const auto bits = std::bit_cast<std::uint32_t>(score == 0 ? 0.0F : score);
  const auto rising = (bits & 0x80000000U) != 0 ? ~bits : bits | 0x80000000U;
  return ~rising;
}

// Least significant digit first, 11 bits at a time; a digit that all keys share costs nothing.
void radix_sort(std::vector<std::uint64_t>& entries) {
  constexpr std::array<unsigned, 3> shifts = {32, 43, 54};
  constexpr std::uint64_t mask = 0x7FF;
  std::array<std::array<std::uint32_t, mask + 1>, 3> counts{};
  for (const auto entry : entries) {
    for (std::size_t digit = 0; digit < 3; ++digit) ++counts[digit][(entry >> shifts[digit]) & mask];
  }
  std::vector<std::uint64_t> sorted(entries.size());
  for (std::size_t digit = 0; digit < 3; ++digit) {
    auto& count = counts[digit];
    if (count[(entries.front() >> shifts[digit]) & mask] == entries.size()) continue;
    std::uint32_t start = 0;
    for (auto& value : count) start += std::exchange(value, start);
    for (const auto entry : entries) sorted[count[(entry >> shifts[digit]) & mask]++] = entry;
    entries.swap(sorted);
  }
}

}  // namespace

std::vector<std::int32_t> falling_order(std::span<const float> scores) {
  std::vector<std::uint64_t> entries(scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i) {
    entries[i] = std::uint64_t{falling_key(scores[i])} << 32U | i;
  }
  // The index in the low half makes every entry unique, so that an unstable sort is stable.
  if (entries.size() < 512) {
    std::sort(entries.begin(), entries.end());
  } else {
    radix_sort(entries);
  }
  std::vector<std::int32_t> order(entries.size());
  std::transform(entries.begin(), entries.end(), order.begin(),
                 [](std::uint64_t entry) { return static_cast<std::int32_t>(entry & 0xFFFFFFFFU); });
  return order;
}

}  // namespace visionkit
