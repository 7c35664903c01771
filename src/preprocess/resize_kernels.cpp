#include "preprocess/resize_kernels.hpp"

#include <algorithm>
#include <cstring>

// Vectors of unknown length cannot be divided into a fixed number of 16-byte lanes.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#define HWY_WANT_AVX3_DL
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "preprocess/resize_kernels.cpp"
#include <hwy/foreach_target.h>  // includes this file once for every instruction set

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace visionkit {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// The bytes [0, bytes) of vertical_pass().
void vertical_bytes(const std::uint8_t* const* rows, const std::int16_t* pairs, int pair_count, std::size_t bytes,
                    std::uint8_t* result) {
  for (std::size_t x = 0; x < bytes; ++x) {
    std::uint32_t sum = 1U << 21U;
    for (int p = 0; p < pair_count; ++p, pairs += 4) {
      for (int i = 0; i < 2; ++i) sum += static_cast<std::uint32_t>(rows[2 * p + i][x] * (pairs[i] * 2048 + pairs[2 + i]));
    }
    pairs -= 4 * pair_count;
    result[x] = static_cast<std::uint8_t>(std::clamp(static_cast<std::int32_t>(sum) >> 22, 0, 255));
  }
}

// The values [0, values) of linear_vertical_pass().
void linear_vertical_values(const std::int16_t* upper, const std::int16_t* lower, const std::int16_t* weights,
                            std::size_t values, std::uint8_t* result) {
  for (std::size_t x = 0; x < values; ++x) {
    const int sum = (upper[x] * weights[0] >> 16) + (lower[x] * weights[1] >> 16);
    result[x] = static_cast<std::uint8_t>((sum + 2) >> 2);
  }
}

#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128

void horizontal_pass(const HorizontalPlan& plan, const std::uint8_t* const* rows, std::uint8_t* const* results) {
  for (int row = 0; row < rows_at_once; ++row) {
    auto* result = results[row];
    for (const auto& quad : plan.quads) {
      for (int i = 0; i < 4; ++i) {
        for (int c = 0; c < plan.channels; ++c) {
          const auto* sample = rows[row] + quad.offset[i] + c;
          const auto* weights = plan.weights.data() + quad.first_weight + 8 * i;
          std::uint32_t sum = 1U << 21U;
          for (int step = 0; step < quad.steps; ++step, weights += 32) {
            for (int tap = 0; tap < 4; ++tap, sample += plan.channels) {
              const int at = tap / 2 * 4 + tap % 2;
              sum += static_cast<std::uint32_t>(*sample * (weights[at] * 2048 + weights[at + 2]));
            }
          }
          *result++ = static_cast<std::uint8_t>(std::clamp(static_cast<std::int32_t>(sum) >> 22, 0, 255));
        }
      }
    }
  }
}

void vertical_pass(const std::uint8_t* const* rows, const std::int16_t* pairs, int pair_count, std::size_t bytes,
                   std::uint8_t* result) {
  vertical_bytes(rows, pairs, pair_count, bytes, result);
}

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

using ByteTag = hn::ScalableTag<std::uint8_t>;
using ShortTag = hn::ScalableTag<std::int16_t>;
using IntTag = hn::ScalableTag<std::int32_t>;
using LaneTag = hn::FixedTag<std::uint8_t, 16>;
using Bytes = hn::Vec<ByteTag>;
using Shorts = hn::Vec<ShortTag>;
using Ints = hn::Vec<IntTag>;

constexpr std::size_t byte_count = HWY_LANES(std::uint8_t);
constexpr int lane_count = static_cast<int>(byte_count / 16);  // 16-byte lanes, one output pixel each
static_assert(lane_count == 1 || lane_count == 2 || lane_count == 4);

// The sum of products with both parts of the weights.
class SplitSum {
 public:
  HWY_INLINE SplitSum()  // a generated one would not be compiled for the instruction set
      : high_(hn::Zero(IntTag())), low_(high_), high_rest_(high_), low_rest_(high_) {}

  HWY_INLINE void add(Shorts samples, Shorts high_weights, Shorts low_weights) {
    const IntTag d;
    high_ = hn::ReorderWidenMulAccumulate(d, samples, high_weights, high_, high_rest_);
    low_ = hn::ReorderWidenMulAccumulate(d, samples, low_weights, low_, low_rest_);
  }

  // Rounded to 0..255.
  HWY_INLINE Ints rounded() const {
    const IntTag d;
    const auto high = hn::ShiftLeft<11>(hn::RearrangeToOddPlusEven(high_, high_rest_));
    const auto low = hn::RearrangeToOddPlusEven(low_, low_rest_);
    const auto sum = hn::Add(hn::Add(high, low), hn::Set(d, 1 << 21));
    return hn::Min(hn::Max(hn::ShiftRight<22>(sum), hn::Zero(d)), hn::Set(d, 255));
  }

 private:
  Ints high_;
  Ints low_;
  Ints high_rest_;  // some instruction sets add the two products of a pair later
  Ints low_rest_;
};

// For every 16-byte lane the bytes from its own place of the row.
template <class D>
HWY_INLINE hn::Vec<D> load_lanes(D d, const std::uint8_t* row, const int* offsets) {
  if constexpr (hn::MaxLanes(D()) == 16) {
    return hn::LoadU(d, row + offsets[0]);
  } else {
    const hn::Half<D> half;
    constexpr auto half_lanes = hn::MaxLanes(hn::Half<D>()) / 16;
    return hn::Combine(d, load_lanes(half, row, offsets + half_lanes), load_lanes(half, row, offsets));
  }
}

// Shuffles every lane: from pixels side by side to 16-bit samples, channel by channel the pair of pixels that begins
// with `first`.
HWY_INLINE Bytes pair_mask(int channels, int first) {
  HWY_ALIGN std::uint8_t index[byte_count];
  for (std::size_t i = 0; i < byte_count; ++i) {
    const int at = static_cast<int>(i % 16);
    const bool is_sample = at / 4 < channels && at % 2 == 0;
    index[i] = is_sample ? static_cast<std::uint8_t>((first + at % 4 / 2) * channels + at / 4) : std::uint8_t{0x80};
  }
  return hn::Load(ByteTag(), index);
}

// Shuffles one lane: of every four values of `size` bytes the first `channels`, side by side.
HWY_INLINE hn::Vec<LaneTag> packing_mask(int channels, int size) {
  HWY_ALIGN std::uint8_t index[16];
  for (int i = 0; i < 16; ++i) {
    const int value = i / size;
    const int from = (value / channels * 4 + value % channels) * size + i % size;
    index[i] = from < 16 ? static_cast<std::uint8_t>(from) : std::uint8_t{0x80};
  }
  return hn::Load(LaneTag(), index);
}

// The low bytes of the integers in `Count` vectors.
template <int Count>
HWY_INLINE auto low_bytes(const Ints* parts) {
  if constexpr (Count == 1) {
    return hn::U8FromU32(hn::BitCast(hn::Repartition<std::uint32_t, ByteTag>(), parts[0]));
  } else {
    const hn::FixedTag<std::uint8_t, std::size_t{4} * lane_count * Count> d;
    return hn::Combine(d, low_bytes<Count / 2>(parts + Count / 2), low_bytes<Count / 2>(parts));
  }
}

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

void horizontal_pass(const HorizontalPlan& plan, const std::uint8_t* const* rows, std::uint8_t* const* results) {
  const ByteTag bytes;
  const ShortTag shorts;
  const IntTag ints;
  constexpr int parts = 4 / lane_count;
  const auto pair0 = pair_mask(plan.channels, 0);
  const auto pair1 = pair_mask(plan.channels, 2);
  const auto packing = packing_mask(plan.channels, 1);
  const int advance = 4 * plan.channels;
  std::size_t written = 0;
  for (const auto& quad : plan.quads) {
    Ints pixels[rows_at_once][parts];
    for (int part = 0; part < parts; ++part) {
      SplitSum sums[rows_at_once];
      const auto* weights = plan.weights.data() + quad.first_weight + 8 * lane_count * part;
      int offsets[lane_count];
      std::copy_n(quad.offset + part * lane_count, lane_count, offsets);
      for (int step = 0; step < quad.steps; ++step, weights += 32) {
        const auto packed = hn::BitCast(ints, hn::LoadU(shorts, weights));
        const auto high0 = hn::BitCast(shorts, hn::Broadcast<0>(packed));
        const auto low0 = hn::BitCast(shorts, hn::Broadcast<1>(packed));
        const auto high1 = hn::BitCast(shorts, hn::Broadcast<2>(packed));
        const auto low1 = hn::BitCast(shorts, hn::Broadcast<3>(packed));
        for (int i = 0; i < rows_at_once; ++i) {
          const auto samples = load_lanes(bytes, rows[i], offsets);
          sums[i].add(hn::BitCast(shorts, hn::TableLookupBytesOr0(samples, pair0)), high0, low0);
          sums[i].add(hn::BitCast(shorts, hn::TableLookupBytesOr0(samples, pair1)), high1, low1);
        }
        for (int& offset : offsets) offset += advance;
      }
      for (int i = 0; i < rows_at_once; ++i) pixels[i][part] = sums[i].rounded();
    }
    for (int i = 0; i < rows_at_once; ++i) {
      hn::StoreU(hn::TableLookupBytesOr0(low_bytes<parts>(pixels[i]), packing), LaneTag(), results[i] + written);
    }
    written += static_cast<std::size_t>(advance);
  }
}

HWY_INLINE Shorts pair_weights(const std::int16_t* weights) {
  std::int32_t both;
  std::memcpy(&both, weights, sizeof both);
  return hn::BitCast(ShortTag(), hn::Set(IntTag(), both));
}

void vertical_pass(const std::uint8_t* const* rows, const std::int16_t* pairs, int pair_count, std::size_t bytes,
                   std::uint8_t* result) {
  if (bytes < byte_count) return vertical_bytes(rows, pairs, pair_count, bytes, result);
  const ByteTag d;
  const ShortTag shorts;
  const auto zero = hn::Zero(d);
  HWY_ALIGN static constexpr std::uint8_t transposing[16] = {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15};
  const auto order = hn::LoadDup128(d, transposing);
  for (std::size_t begin = 0; begin < bytes; begin += byte_count) {
    const std::size_t x = std::min(begin, bytes - byte_count);  // the last vector may overlap the one before
    SplitSum sums[4];
    for (int p = 0; p < pair_count; ++p) {
      const auto high = pair_weights(pairs + 4 * p);
      const auto low = pair_weights(pairs + 4 * p + 2);
      const auto a = hn::LoadU(d, rows[2 * p] + x);
      const auto b = hn::LoadU(d, rows[2 * p + 1] + x);
      const auto lower = hn::InterleaveLower(d, a, b);
      const auto upper = hn::InterleaveUpper(d, a, b);
      sums[0].add(hn::BitCast(shorts, hn::InterleaveLower(d, lower, zero)), high, low);
      sums[1].add(hn::BitCast(shorts, hn::InterleaveUpper(d, lower, zero)), high, low);
      sums[2].add(hn::BitCast(shorts, hn::InterleaveLower(d, upper, zero)), high, low);
      sums[3].add(hn::BitCast(shorts, hn::InterleaveUpper(d, upper, zero)), high, low);
    }
    const auto pixels = hn::Or(hn::Or(sums[0].rounded(), hn::ShiftLeft<8>(sums[1].rounded())),
                               hn::Or(hn::ShiftLeft<16>(sums[2].rounded()), hn::ShiftLeft<24>(sums[3].rounded())));
    hn::StoreU(hn::TableLookupBytes(hn::BitCast(d, pixels), order), d, result + x);
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
    const auto sum = hn::Add(hn::MulHigh(hn::LoadU(d, upper + x), upper_weight),
                             hn::MulHigh(hn::LoadU(d, lower + x), lower_weight));
    hn::StoreU(hn::DemoteTo(bytes, hn::ShiftRight<2>(hn::Add(sum, two))), bytes, result + x);
  }
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace visionkit
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace visionkit {

HWY_EXPORT(horizontal_pass);
HWY_EXPORT(vertical_pass);
HWY_EXPORT(linear_horizontal_pass);
HWY_EXPORT(linear_vertical_pass);

void horizontal_pass(const HorizontalPlan& plan, const std::uint8_t* const* rows, std::uint8_t* const* results) {
  HWY_DYNAMIC_DISPATCH(horizontal_pass)(plan, rows, results);
}

void vertical_pass(const std::uint8_t* const* rows, const std::int16_t* pairs, int pair_count, std::size_t bytes,
                   std::uint8_t* result) {
  HWY_DYNAMIC_DISPATCH(vertical_pass)(rows, pairs, pair_count, bytes, result);
}

void linear_horizontal_pass(const LinearPlan& plan, const std::uint8_t* row, std::int16_t* result) {
  HWY_DYNAMIC_DISPATCH(linear_horizontal_pass)(plan, row, result);
}

void linear_vertical_pass(const std::int16_t* upper, const std::int16_t* lower, const std::int16_t* weights,
                          std::size_t values, std::uint8_t* result) {
  HWY_DYNAMIC_DISPATCH(linear_vertical_pass)(upper, lower, weights, values, result);
}

}  // namespace visionkit
#endif  // HWY_ONCE
