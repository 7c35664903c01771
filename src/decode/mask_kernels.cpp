#include "decode/mask_kernels.hpp"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "decode/mask_kernels.cpp"
#include <hwy/foreach_target.h>  // includes this file once for every instruction set

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace visionkit {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using FloatTag = hn::ScalableTag<float>;
using IntTag = hn::RebindToSigned<FloatTag>;

void threshold_row(const ThresholdRow& row, std::uint8_t* out) {
  const FloatTag d;
  const IntTag i;
  const hn::Rebind<std::uint8_t, FloatTag> bytes;
  const auto lower_weight = hn::Set(d, row.weight);
  const auto upper_weight = hn::Sub(hn::Set(d, 1.0F), lower_weight);
  const auto threshold = hn::Set(d, row.threshold);
  const auto one = hn::Set(i, 1);
  for (std::size_t x = 0; x < row.width; x += hn::Lanes(d)) {
    const auto above = hn::Mul(hn::LoadU(d, row.upper + x), upper_weight);
    const auto value = hn::Add(above, hn::Mul(hn::LoadU(d, row.lower + x), lower_weight));
    const auto is_inside = hn::RebindMask(i, hn::Gt(value, threshold));
    hn::StoreU(hn::DemoteTo(bytes, hn::IfThenElseZero(is_inside, one)), bytes, out + x);
  }
}

void combine_planes(const PlaneRow& row, const float* factors, std::size_t planes, std::size_t begin, std::size_t end,
                    float* out) {
  const FloatTag d;
  const std::size_t lanes = hn::Lanes(d);
  if (row.width < lanes) {
    for (std::size_t x = begin; x < end; ++x) {
      float sum = 0;
      for (std::size_t k = 0; k < planes; ++k) sum += factors[k] * row.values[k * row.plane + x];
      out[x] = sum;
    }
    return;
  }
  for (std::size_t start = begin; start < end; start += lanes) {
    const auto x = std::min(start, row.width - lanes);  // the last vector ends with the row
    const float* values = row.values + x;
    auto sum = hn::Zero(d);
    for (std::size_t k = 0; k < planes; ++k, values += row.plane) {
      sum = hn::Add(sum, hn::Mul(hn::Set(d, factors[k]), hn::LoadU(d, values)));
    }
    hn::StoreU(sum, d, out + x);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace visionkit
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace visionkit {

HWY_EXPORT(threshold_row);
HWY_EXPORT(combine_planes);

void threshold_row(const ThresholdRow& row, std::uint8_t* out) { HWY_DYNAMIC_DISPATCH(threshold_row)(row, out); }

void combine_planes(const PlaneRow& row, std::span<const float> factors, std::size_t begin, std::size_t end,
                    float* out) {
  HWY_DYNAMIC_DISPATCH(combine_planes)(row, factors.data(), factors.size(), begin, end, out);
}

}  // namespace visionkit
#endif  // HWY_ONCE
