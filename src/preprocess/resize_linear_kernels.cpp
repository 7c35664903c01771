#include <algorithm>

#include "preprocess/resize_kernels.hpp"

// Vectors of unknown length cannot be divided into a fixed number of 16-byte lanes.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "preprocess/resize_linear_kernels.cpp"
#include <hwy/foreach_target.h>  // includes this file once for every instruction set

#include <hwy/highway.h>

#include "preprocess/resize_lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace visionkit {
namespace HWY_NAMESPACE {

// The values [0, values) of linear_vertical_pass().
void linear_vertical_values(const std::int16_t* upper, const std::int16_t* lower, const std::int16_t* weights,
                            std::size_t values, std::uint8_t* result) {
  for (std::size_t x = 0; x < values; ++x) {
    const int sum = (upper[x] * weights[0] >> 16) + (lower[x] * weights[1] >> 16);
    result[x] = static_cast<std::uint8_t>((sum + 2) >> 2);
  }
}

#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128

void linear_horizontal_pass(const LinearPlan& plan, const std::uint8_t* row, std::int16_t* result) {
  for (std::size_t x = 0; x < plan.offsets.size(); ++x) {
    const auto* weights = plan.weights.data() + 8 * x;
    const auto* sample = row + plan.offsets[x];
    for (int c = 0; c < plan.channels; ++c) {
      *result++ = static_cast<std::int16_t>((sample[c] * weights[0] + sample[c + plan.channels] * weights[1]) >> 4);
    }
  }
}

void linear_vertical_pass(const std::int16_t* upper, const std::int16_t* lower, const std::int16_t* weights,
                          std::size_t values, std::uint8_t* result) {
  linear_vertical_values(upper, lower, weights, values, result);
}

#else

// Pixels of four values each, of which the first ones are stored side by side.
template <class D>
HWY_INLINE void store_pixels(D d, hn::Vec<D> pixels, hn::Vec<LaneTag> packing, int channels, std::int16_t* result) {
  if constexpr (hn::MaxLanes(D()) == 4) {
    hn::StoreU(pixels, d, result);
  } else if constexpr (hn::MaxLanes(D()) == 8) {
    hn::StoreU(hn::TableLookupBytesOr0(pixels, hn::BitCast(d, packing)), d, result);
  } else {
    const hn::Half<D> half;
    store_pixels(half, hn::LowerHalf(half, pixels), packing, channels, result);
    store_pixels(half, hn::UpperHalf(half, pixels), packing, channels, result + 2 * channels);
  }
}

void linear_horizontal_pass(const LinearPlan& plan, const std::uint8_t* row, std::int16_t* result) {
  const ByteTag bytes;
  const ShortTag shorts;
  const IntTag ints;
  const hn::Rebind<std::int16_t, IntTag> halves;
  const auto pair = pair_mask(plan.channels, 0);
  const auto packing = packing_mask(plan.channels, 2);
  const auto channels = static_cast<std::size_t>(plan.channels);
  for (std::size_t x = 0; x < plan.offsets.size(); x += lane_count) {
    const auto samples = hn::TableLookupBytesOr0(load_lanes(bytes, row, plan.offsets.data() + x), pair);
    const auto weights = hn::LoadU(shorts, plan.weights.data() + 8 * x);
    auto rest = hn::Zero(ints);
    auto sums = hn::ReorderWidenMulAccumulate(ints, hn::BitCast(shorts, samples), weights, hn::Zero(ints), rest);
    sums = hn::ShiftRight<4>(hn::RearrangeToOddPlusEven(sums, rest));
    store_pixels(halves, hn::DemoteTo(halves, sums), packing, plan.channels, result + x * channels);
  }
}

void linear_vertical_pass(const std::int16_t* upper, const std::int16_t* lower, const std::int16_t* weights,
                          std::size_t values, std::uint8_t* result) {
  const ShortTag d;
  const hn::Rebind<std::uint8_t, ShortTag> bytes;
  constexpr std::size_t count = byte_count / 2;
  const auto upper_weight = hn::Set(d, weights[0]);
  const auto lower_weight = hn::Set(d, weights[1]);
  const auto two = hn::Set(d, 2);
  if (values < count) return linear_vertical_values(upper, lower, weights, values, result);
  for (std::size_t begin = 0; begin < values; begin += count) {
    const std::size_t x = std::min(begin, values - count);
    const auto sum =
        hn::Add(hn::MulHigh(hn::LoadU(d, upper + x), upper_weight), hn::MulHigh(hn::LoadU(d, lower + x), lower_weight));
    hn::StoreU(hn::DemoteTo(bytes, hn::ShiftRight<2>(hn::Add(sum, two))), bytes, result + x);
  }
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace visionkit
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace visionkit {

HWY_EXPORT(linear_horizontal_pass);
HWY_EXPORT(linear_vertical_pass);

void linear_horizontal_pass(const LinearPlan& plan, const std::uint8_t* row, std::int16_t* result) {
  HWY_DYNAMIC_DISPATCH(linear_horizontal_pass)(plan, row, result);
}

void linear_vertical_pass(const std::int16_t* upper, const std::int16_t* lower, const std::int16_t* weights,
                          std::size_t values, std::uint8_t* result) {
  HWY_DYNAMIC_DISPATCH(linear_vertical_pass)(upper, lower, weights, values, result);
}

}  // namespace visionkit
#endif  // HWY_ONCE
