#include "decode/segmentation_kernels.hpp"

// Vectors of unknown length cannot be put into arrays.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "decode/segmentation_kernels.cpp"
#include <hwy/foreach_target.h>  // includes this file once for every instruction set

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace visionkit {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using FloatTag = hn::ScalableTag<float>;
using IntTag = hn::RebindToSigned<FloatTag>;
using Floats = hn::Vec<FloatTag>;
using Ints = hn::Vec<IntTag>;

static_assert(row_multiple % hn::MaxLanes(FloatTag()) == 0);

void spread_columns(const float* row, const ColumnTaps& taps, float* out) {
  const FloatTag d;
  const IntTag i;
  const auto one = hn::Set(d, 1.0F);
  for (std::size_t x = 0; x < taps.width; x += hn::Lanes(d)) {
    const auto weight = hn::LoadU(d, taps.weights + x);
    const auto first = hn::GatherIndex(d, row, hn::LoadU(i, taps.first + x));
    const auto second = hn::GatherIndex(d, row, hn::LoadU(i, taps.second + x));
    hn::StoreU(hn::Add(hn::Mul(first, hn::Sub(one, weight)), hn::Mul(second, weight)), d, out + x);
  }
}

template <std::size_t count>
void best_classes_of(const ScoreRows& rows, const float* weights, std::uint16_t* ids, float* scores) {
  const FloatTag d;
  const IntTag i;
  const hn::Rebind<std::uint16_t, FloatTag> shorts;
  Floats upper_weight[count];
  Floats lower_weight[count];
  for (std::size_t k = 0; k < count; ++k) {
    lower_weight[k] = hn::Set(d, weights[k]);
    upper_weight[k] = hn::Sub(hn::Set(d, 1.0F), lower_weight[k]);
  }
  for (std::size_t x = 0; x < rows.width; x += hn::Lanes(d)) {
    Floats best[count];
    Ints id[count];
    const float* upper = rows.upper + x;
    const float* lower = rows.lower + x;
    for (std::size_t k = 0; k < count; ++k) {
      const auto above = hn::Mul(hn::LoadU(d, upper), upper_weight[k]);
      best[k] = hn::Add(above, hn::Mul(hn::LoadU(d, lower), lower_weight[k]));
      id[k] = hn::Zero(i);
    }
    auto current = hn::Zero(i);
    const auto one = hn::Set(i, 1);
    for (std::size_t c = 1; c < rows.classes; ++c) {
      upper += rows.width;
      lower += rows.width;
      current = hn::Add(current, one);
      const auto above = hn::LoadU(d, upper);
      const auto below = hn::LoadU(d, lower);
      for (std::size_t k = 0; k < count; ++k) {
        const auto score = hn::Add(hn::Mul(above, upper_weight[k]), hn::Mul(below, lower_weight[k]));
        const auto is_better = hn::Gt(score, best[k]);
        best[k] = hn::IfThenElse(is_better, score, best[k]);
        id[k] = hn::IfThenElse(hn::RebindMask(i, is_better), current, id[k]);
      }
    }
    for (std::size_t k = 0; k < count; ++k) {
      hn::StoreU(best[k], d, scores + k * rows.width + x);
      hn::StoreU(hn::DemoteTo(shorts, id[k]), shorts, ids + k * rows.width + x);
    }
  }
}

void best_classes(const ScoreRows& rows, const float* weights, std::size_t count, std::uint16_t* ids, float* scores) {
  static_assert(best_rows == 4);
  switch (count) {
    case 1: return best_classes_of<1>(rows, weights, ids, scores);
    case 2: return best_classes_of<2>(rows, weights, ids, scores);
    case 3: return best_classes_of<3>(rows, weights, ids, scores);
    default: return best_classes_of<4>(rows, weights, ids, scores);
  }
}

void sum_exponentials(const ScoreRows& rows, float weight, const float* best, float* sums) {
  const FloatTag d;
  const auto lower_weight = hn::Set(d, weight);
  const auto upper_weight = hn::Sub(hn::Set(d, 1.0F), lower_weight);
  for (std::size_t x = 0; x < rows.width; x += hn::Lanes(d)) {
    const auto highest = hn::LoadU(d, best + x);
    auto sum = hn::Zero(d);
    for (std::size_t c = 0; c < rows.classes; ++c) {
      const auto above = hn::Mul(hn::LoadU(d, rows.upper + c * rows.width + x), upper_weight);
      const auto below = hn::Mul(hn::LoadU(d, rows.lower + c * rows.width + x), lower_weight);
      sum = hn::Add(sum, hn::Exp(d, hn::Sub(hn::Add(above, below), highest)));
    }
    hn::StoreU(sum, d, sums + x);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace visionkit
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace visionkit {

HWY_EXPORT(spread_columns);
HWY_EXPORT(best_classes);
HWY_EXPORT(sum_exponentials);

void spread_columns(const float* row, const ColumnTaps& taps, float* out) {
  HWY_DYNAMIC_DISPATCH(spread_columns)(row, taps, out);
}

void best_classes(const ScoreRows& rows, std::span<const float> weights, std::uint16_t* ids, float* scores) {
  HWY_DYNAMIC_DISPATCH(best_classes)(rows, weights.data(), weights.size(), ids, scores);
}

void sum_exponentials(const ScoreRows& rows, float weight, const float* best, float* sums) {
  HWY_DYNAMIC_DISPATCH(sum_exponentials)(rows, weight, best, sums);
}

}  // namespace visionkit
#endif  // HWY_ONCE
