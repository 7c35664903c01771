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

template <bool smaller_area>
HWY_ATTR std::int32_t search_cells(const KeptBoxes& kept, std::int32_t rank, const SuppressionRule& rule, int best) {
  const auto& box = kept.candidates()[static_cast<std::size_t>(rank)];
  const auto& grid = kept.grid(box.group);
  const auto near = kept.cells_near(box);
  const float threshold = kept.screen().threshold;
  // At threshold 0 every overlap counts: the limit becomes the smallest positive number.
  const float slack = threshold > 0 ? 1e-30F : -std::numeric_limits<float>::denorm_min();
  std::int32_t found = -1;
  for (auto row = near.first_row; row <= near.last_row; ++row) {
    for (auto column = near.first_column; column <= near.last_column; ++column) {
      auto index = kept.cell(grid.first_cell + row * grid.columns + column).first;
      while (index >= 0) {
        const auto& block = kept.block(index);
        for (auto hits = possible_hits<smaller_area>(block, box, threshold, slack); hits != 0; hits &= hits - 1) {
          const auto hit = block.rank[static_cast<std::size_t>(std::countr_zero(hits))];
          if ((found >= 0 && hit > found) || !rule.suppresses(hit, rank)) continue;
          if (best == 0) return hit;
          found = hit;
        }
        index = block.next;
      }
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
