// The vectorised search, compiled for every instruction set that Highway knows and chosen when the program runs.
#include <bit>
#include <limits>

#include "decode/kept_boxes.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "decode/kept_search.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace visionkit::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// A bit for every box in the block whose overlap with the candidate may exceed the threshold t:
//   over the union:    I > t (A + a - I)  <=>  I (1 + t) > t A + t a
//   over the smaller:  I > t min(A, a)
// `slack` widens the screen where float32 underflows; "not less" keeps overflow and ties inside it.
template <bool smaller_area>
HWY_INLINE std::uint32_t possible_hits(const KeptBlock& block, const Candidate& box, float threshold, float slack) {
  const HWY_CAPPED(float, kept_block_size) d;
  const auto zero = hn::Zero(d);
  const auto x1 = hn::Set(d, box.x1);
  const auto y1 = hn::Set(d, box.y1);
  const auto x2 = hn::Set(d, box.x2);
  const auto y2 = hn::Set(d, box.y2);
  const auto factor = hn::Set(d, threshold);
  const auto scale = hn::Set(d, smaller_area ? 1.0F : 1.0F + threshold);
  const auto offset = hn::Set(d, smaller_area ? -slack : threshold * box.area - slack);
  std::uint32_t hits = 0;
  for (std::size_t i = 0; i < kept_block_size; i += hn::Lanes(d)) {
    const auto width = hn::Sub(hn::Min(hn::Load(d, &block.x2[i]), x2), hn::Max(hn::Load(d, &block.x1[i]), x1));
    const auto height = hn::Sub(hn::Min(hn::Load(d, &block.y2[i]), y2), hn::Max(hn::Load(d, &block.y1[i]), y1));
    const auto intersection = hn::Mul(hn::Max(width, zero), hn::Max(height, zero));
    auto area = hn::Load(d, &block.area[i]);
    if constexpr (smaller_area) area = hn::Min(area, hn::Set(d, box.area));
    const auto hit = hn::Not(hn::Lt(hn::Mul(intersection, scale), hn::MulAdd(area, factor, offset)));
    std::uint8_t bits[8] = {};
    hn::StoreMaskBits(d, hit, bits);
    const auto lanes = (std::uint32_t{bits[0]} | std::uint32_t{bits[1]} << 8U) & ((1U << hn::Lanes(d)) - 1U);
    hits |= lanes << i;
  }
  return hits & ((1U << static_cast<unsigned>(block.used)) - 1U);
}

// The smallest rank below `bound` in the cell that suppresses the candidate, -1 for none.
template <bool smaller_area>
HWY_INLINE std::int32_t search_cell(const KeptBoxes& kept, const KeptCell& cell, std::int32_t rank,
                                    const Candidate& box, float slack, const SuppressionRule& rule,
                                    std::int32_t bound) {
  for (auto index = cell.first; index >= 0; index = kept.block(index).next) {
    const auto& block = kept.block(index);
    for (auto hits = possible_hits<smaller_area>(block, box, kept.screen().threshold, slack); hits != 0;
         hits &= hits - 1) {
      const auto hit = block.rank[static_cast<std::size_t>(std::countr_zero(hits))];
      if (hit < bound && rule.suppresses(hit, rank)) return hit;
    }
  }
  return -1;
}

template <bool smaller_area>
HWY_ATTR std::int32_t search_cells(const KeptBoxes& kept, std::int32_t rank, const SuppressionRule& rule, int best) {
  const auto& box = kept.candidates()[static_cast<std::size_t>(rank)];
  const auto& grid = kept.grid(box.group);
  // At threshold 0 every overlap counts: the limit becomes the smallest positive number.
  const float slack = kept.screen().threshold > 0 ? 1e-30F : -std::numeric_limits<float>::denorm_min();
  const auto search_at = [&](std::int32_t cell, std::int32_t bound) HWY_ATTR {
    return search_cell<smaller_area>(kept, kept.cell(cell), rank, box, slack, rule, bound);
  };
  // Within a cell ranks rise, so the first hit is the best there.
  const auto own = kept.own_cell(box);
  std::int32_t found = search_at(own, rank);
  if (found >= 0 && best == 0) return found;
  const auto near = kept.cells_near(box);
  for (auto row = near.first_row; row <= near.last_row; ++row) {
    for (auto column = near.first_column; column <= near.last_column; ++column) {
      const auto cell = grid.first_cell + row * grid.columns + column;
      if (cell == own) continue;
      const auto hit = search_at(cell, found < 0 ? rank : found);
      if (hit < 0) continue;
      if (best == 0) return hit;
      found = hit;
    }
  }
  return found;
}

std::int32_t search(const KeptBoxes& kept, std::int32_t rank, const SuppressionRule& rule, int best) {
  return kept.screen().smaller_area ? search_cells<true>(kept, rank, rule, best)
                                    : search_cells<false>(kept, rank, rule, best);
}

}  // namespace visionkit::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace visionkit {

HWY_EXPORT(search);

std::int32_t KeptBoxes::find_any(std::int32_t rank, const SuppressionRule& rule) const {
  return HWY_DYNAMIC_DISPATCH(search)(*this, rank, rule, 0);
}

std::int32_t KeptBoxes::find_best(std::int32_t rank, const SuppressionRule& rule) const {
  return HWY_DYNAMIC_DISPATCH(search)(*this, rank, rule, 1);
}

}  // namespace visionkit
#endif
