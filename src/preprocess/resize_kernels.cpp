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

#include "preprocess/resize_lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace visionkit {
namespace HWY_NAMESPACE {

// The weights of four taps.
HWY_INLINE void join_weights(const std::int16_t* parts, WeightParts form, std::int32_t* weights) {
  if (form == WeightParts::shorts) {
    for (int i = 0; i < 2; ++i) {
      weights[i] = parts[i] * 2048 + parts[2 + i];
      weights[2 + i] = parts[4 + i] * 2048 + parts[6 + i];
    }
    return;
  }
  std::int8_t bytes[12];
  std::memcpy(bytes, parts, sizeof bytes);
  for (int i = 0; i < 4; ++i) weights[i] = bytes[i] * 65536 + bytes[4 + i] * 256 + bytes[8 + i];
}

std::uint8_t rounded(std::uint32_t sum) {
  return static_cast<std::uint8_t>(std::clamp(static_cast<std::int32_t>(sum) >> 22, 0, 255));
}

// The bytes [0, bytes) of vertical_pass().
void vertical_bytes(const std::uint8_t* const* rows, const VerticalTaps& taps, std::size_t bytes,
                    std::uint8_t* result) {
  for (std::size_t x = 0; x < bytes; ++x) {
    std::uint32_t sum = 1U << 21U;
    for (int tap = 0; tap < taps.count; tap += 4) {
      std::int32_t weights[4];
      join_weights(taps.weights + 2 * tap, taps.form, weights);
      for (int i = 0; i < 4; ++i) sum += static_cast<std::uint32_t>(rows[tap + i][x] * weights[i]);
    }
    result[x] = rounded(sum);
  }
}

#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128

WeightParts preferred_weight_parts() { return WeightParts::shorts; }

void horizontal_pass(const HorizontalPlan& plan, const std::uint8_t* const* rows, std::uint8_t* const* results) {
  std::size_t written = 0;
  for (const auto& quad : plan.quads) {
    for (int output = 0; output < 4; ++output) {
      std::uint32_t sums[rows_at_once][4];
      for (auto& pixel : sums) std::fill_n(pixel, 4, 1U << 21U);
      int offset = quad.offset[output];
      const auto* parts = plan.weights.data() + quad.first_weight + 8 * output;
      for (int step = 0; step < quad.steps; ++step, parts += 32) {
        std::int32_t weights[4];
        join_weights(parts, plan.form, weights);
        for (int tap = 0; tap < 4; ++tap, offset += plan.channels) {
          for (int i = 0; i < rows_at_once; ++i) {
            for (int c = 0; c < plan.channels; ++c) {
              sums[i][c] += static_cast<std::uint32_t>(rows[i][offset + c] * weights[tap]);
            }
          }
        }
      }
      for (int i = 0; i < rows_at_once; ++i) {
        for (int c = 0; c < plan.channels; ++c) results[i][written + static_cast<std::size_t>(c)] = rounded(sums[i][c]);
      }
      written += static_cast<std::size_t>(plan.channels);
    }
  }
}

void vertical_pass(const std::uint8_t* const* rows, const VerticalTaps& taps, std::size_t bytes, std::uint8_t* result) {
  vertical_bytes(rows, taps, bytes, result);
}

#else

// What is added up for one vector of integers, with weights in two parts of 16 bits.
class ShortArithmetic {
 public:
  struct Sum {
    Ints high;
    Ints low;
    Ints high_rest;  // some instruction sets add the two products of a pair later
    Ints low_rest;
  };
  struct Weights {
    Shorts high[2];  // of the pairs of taps (0, 1) and (2, 3)
    Shorts low[2];
  };

  HWY_INLINE explicit ShortArithmetic(int channels) : masks_{pair_mask(channels, 0), pair_mask(channels, 2)} {}

  static HWY_INLINE Sum zero() {
    const auto zero = hn::Zero(IntTag());
    return {zero, hn::Set(IntTag(), 1 << 21), zero, zero};
  }

  // Sixteen bytes for every lane.
  static HWY_INLINE Weights load(const std::int16_t* parts) { return split(hn::LoadU(ShortTag(), parts)); }
  // The same sixteen bytes for every lane.
  static HWY_INLINE Weights load_for_all(const std::int16_t* parts) { return split(hn::LoadDup128(ShortTag(), parts)); }

  // Four pixels in every lane.
  HWY_INLINE void add(Bytes pixels, const Weights& weights, Sum& sum) const {
    for (int pair = 0; pair < 2; ++pair) add_pair(hn::TableLookupBytesOr0(pixels, masks_[pair]), weights, pair, sum);
  }

  // Four rows; of every 16 bytes the first four to sums[0], and so on.
  static HWY_INLINE void add_rows(const std::uint8_t* const* rows, std::size_t x, int count, const Weights& weights,
                                  Sum* sums) {
    const ByteTag d;
    const auto zero = hn::Zero(d);
    for (int pair = 0; pair < (count > 2 ? 2 : 1); ++pair) {
      const auto a = hn::LoadU(d, rows[2 * pair] + x);
      const auto b = hn::LoadU(d, rows[2 * pair + 1] + x);
      const auto lower = hn::InterleaveLower(d, a, b);
      const auto upper = hn::InterleaveUpper(d, a, b);
      add_pair(hn::InterleaveLower(d, lower, zero), weights, pair, sums[0]);
      add_pair(hn::InterleaveUpper(d, lower, zero), weights, pair, sums[1]);
      add_pair(hn::InterleaveLower(d, upper, zero), weights, pair, sums[2]);
      add_pair(hn::InterleaveUpper(d, upper, zero), weights, pair, sums[3]);
    }
  }

  static HWY_INLINE Ints total(const Sum& sum) {
    return hn::Add(hn::ShiftLeft<11>(hn::RearrangeToOddPlusEven(sum.high, sum.high_rest)),
                   hn::RearrangeToOddPlusEven(sum.low, sum.low_rest));
  }

 private:
  static HWY_INLINE Weights split(Shorts parts) {
    const ShortTag d;
    const auto pairs = hn::BitCast(IntTag(), parts);
    return {{hn::BitCast(d, hn::Broadcast<0>(pairs)), hn::BitCast(d, hn::Broadcast<2>(pairs))},
            {hn::BitCast(d, hn::Broadcast<1>(pairs)), hn::BitCast(d, hn::Broadcast<3>(pairs))}};
  }

  static HWY_INLINE void add_pair(Bytes samples, const Weights& weights, int pair, Sum& sum) {
    const IntTag d;
    const auto shorts = hn::BitCast(ShortTag(), samples);
    sum.high = hn::ReorderWidenMulAccumulate(d, shorts, weights.high[pair], sum.high, sum.high_rest);
    sum.low = hn::ReorderWidenMulAccumulate(d, shorts, weights.low[pair], sum.low, sum.low_rest);
  }

  Bytes masks_[2];
};

#if HWY_TARGET == HWY_AVX3_DL

// The same with weights in three parts of 8 bits, of which four are multiplied and added by one instruction (VNNI).
class ByteArithmetic {
 public:
  struct Sum {
    Ints a;
    Ints b;
    Ints c;
  };
  using Weights = Sum;

  HWY_INLINE explicit ByteArithmetic(int channels) {
    HWY_ALIGN std::uint8_t index[byte_count];
    for (std::size_t i = 0; i < byte_count; ++i) {
      const int at = static_cast<int>(i % 16);
      index[i] = at / 4 < channels ? static_cast<std::uint8_t>(at % 4 * channels + at / 4) : std::uint8_t{0x80};
    }
    mask_ = hn::Load(ByteTag(), index);
  }

  static HWY_INLINE Sum zero() {
    const auto zero = hn::Zero(IntTag());
    return {zero, zero, hn::Set(IntTag(), 1 << 21)};
  }

  static HWY_INLINE Weights load(const std::int16_t* parts) { return split(hn::LoadU(ShortTag(), parts)); }
  static HWY_INLINE Weights load_for_all(const std::int16_t* parts) { return split(hn::LoadDup128(ShortTag(), parts)); }

  HWY_INLINE void add(Bytes pixels, const Weights& weights, Sum& sum) const {
    add_four(hn::TableLookupBytesOr0(pixels, mask_), weights, sum);
  }

  static HWY_INLINE void add_rows(const std::uint8_t* const* rows, std::size_t x, int, const Weights& weights,
                                  Sum* sums) {
    const ByteTag d;
    const hn::Repartition<std::uint16_t, ByteTag> pairs;
    const auto a = hn::LoadU(d, rows[0] + x);
    const auto b = hn::LoadU(d, rows[1] + x);
    const auto c = hn::LoadU(d, rows[2] + x);
    const auto e = hn::LoadU(d, rows[3] + x);
    const auto lower0 = hn::BitCast(pairs, hn::InterleaveLower(d, a, b));
    const auto lower1 = hn::BitCast(pairs, hn::InterleaveLower(d, c, e));
    const auto upper0 = hn::BitCast(pairs, hn::InterleaveUpper(d, a, b));
    const auto upper1 = hn::BitCast(pairs, hn::InterleaveUpper(d, c, e));
    add_four(hn::BitCast(d, hn::InterleaveLower(pairs, lower0, lower1)), weights, sums[0]);
    add_four(hn::BitCast(d, hn::InterleaveUpper(pairs, lower0, lower1)), weights, sums[1]);
    add_four(hn::BitCast(d, hn::InterleaveLower(pairs, upper0, upper1)), weights, sums[2]);
    add_four(hn::BitCast(d, hn::InterleaveUpper(pairs, upper0, upper1)), weights, sums[3]);
  }

  static HWY_INLINE Ints total(const Sum& sum) {
    return hn::Add(hn::Add(hn::ShiftLeft<16>(sum.a), hn::ShiftLeft<8>(sum.b)), sum.c);
  }

 private:
  static HWY_INLINE Weights split(Shorts parts) {
    const auto fours = hn::BitCast(IntTag(), parts);
    return {hn::Broadcast<0>(fours), hn::Broadcast<1>(fours), hn::Broadcast<2>(fours)};
  }

  static HWY_INLINE void add_four(Bytes samples, const Weights& weights, Sum& sum) {
    sum.a = add_products(samples, weights.a, sum.a);
    sum.b = add_products(samples, weights.b, sum.b);
    sum.c = add_products(samples, weights.c, sum.c);
  }

  // Highway asks the machine for this instruction but does not tell the compiler, which would refuse the intrinsic.
  static HWY_INLINE Ints add_products(Bytes samples, Ints weights, Ints sum) {
    asm("vpdpbusd %2, %1, %0" : "+v"(sum.raw) : "v"(samples.raw), "v"(weights.raw));
    return sum;
  }

  Bytes mask_;
};

WeightParts preferred_weight_parts() { return WeightParts::bytes; }

#else

WeightParts preferred_weight_parts() { return WeightParts::shorts; }

#endif

// Sums to 0..255.
HWY_INLINE Ints to_levels(Ints sums) {
  const IntTag d;
  return hn::Min(hn::Max(hn::ShiftRight<22>(sums), hn::Zero(d)), hn::Set(d, 255));
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

template <class Arithmetic>
HWY_INLINE void horizontal_rows(const HorizontalPlan& plan, const std::uint8_t* const* rows,
                                std::uint8_t* const* results) {
  constexpr int parts = 4 / lane_count;
  const Arithmetic arithmetic(plan.channels);
  const auto packing = packing_mask(plan.channels, 1);
  const int advance = 4 * plan.channels;
  std::size_t written = 0;
  for (const auto& quad : plan.quads) {
    Ints pixels[rows_at_once][parts];
    for (int part = 0; part < parts; ++part) {
      typename Arithmetic::Sum sums[rows_at_once];
      for (auto& sum : sums) sum = Arithmetic::zero();
      const auto* from = plan.weights.data() + quad.first_weight + 8 * lane_count * part;
      int offsets[lane_count];
      std::copy_n(quad.offset + part * lane_count, lane_count, offsets);
      for (int step = 0; step < quad.steps; ++step, from += 32) {
        const auto weights = Arithmetic::load(from);
        for (int i = 0; i < rows_at_once; ++i)
          arithmetic.add(load_lanes(ByteTag(), rows[i], offsets), weights, sums[i]);
        for (int& offset : offsets) offset += advance;
      }
      for (int i = 0; i < rows_at_once; ++i) pixels[i][part] = to_levels(Arithmetic::total(sums[i]));
    }
    for (int i = 0; i < rows_at_once; ++i) {
      hn::StoreU(hn::TableLookupBytesOr0(low_bytes<parts>(pixels[i]), packing), LaneTag(), results[i] + written);
    }
    written += static_cast<std::size_t>(advance);
  }
}

template <class Arithmetic>
HWY_INLINE void vertical_row(const std::uint8_t* const* rows, const VerticalTaps& taps, std::size_t bytes,
                             std::uint8_t* result) {
  const ByteTag d;
  HWY_ALIGN static constexpr std::uint8_t transposing[16] = {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15};
  const auto order = hn::LoadDup128(d, transposing);
  for (std::size_t begin = 0; begin < bytes; begin += byte_count) {
    const std::size_t x = std::min(begin, bytes - byte_count);  // the last vector may overlap the one before
    typename Arithmetic::Sum sums[4];
    for (auto& sum : sums) sum = Arithmetic::zero();
    for (int tap = 0; tap < taps.count; tap += 4) {
      const auto weights = Arithmetic::load_for_all(taps.weights + 2 * tap);
      Arithmetic::add_rows(rows + tap, x, taps.count - tap, weights, sums);
    }
    Ints levels[4];
    for (int i = 0; i < 4; ++i) levels[i] = to_levels(Arithmetic::total(sums[i]));
    const auto pixels = hn::Or(hn::Or(levels[0], hn::ShiftLeft<8>(levels[1])),
                               hn::Or(hn::ShiftLeft<16>(levels[2]), hn::ShiftLeft<24>(levels[3])));
    hn::StoreU(hn::TableLookupBytes(hn::BitCast(d, pixels), order), d, result + x);
  }
}

void horizontal_pass(const HorizontalPlan& plan, const std::uint8_t* const* rows, std::uint8_t* const* results) {
#if HWY_TARGET == HWY_AVX3_DL
  if (plan.form == WeightParts::bytes) return horizontal_rows<ByteArithmetic>(plan, rows, results);
#endif
  horizontal_rows<ShortArithmetic>(plan, rows, results);
}

void vertical_pass(const std::uint8_t* const* rows, const VerticalTaps& taps, std::size_t bytes, std::uint8_t* result) {
  if (bytes < byte_count) return vertical_bytes(rows, taps, bytes, result);
#if HWY_TARGET == HWY_AVX3_DL
  if (taps.form == WeightParts::bytes) return vertical_row<ByteArithmetic>(rows, taps, bytes, result);
#endif
  vertical_row<ShortArithmetic>(rows, taps, bytes, result);
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace visionkit
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace visionkit {

HWY_EXPORT(preferred_weight_parts);
HWY_EXPORT(horizontal_pass);
HWY_EXPORT(vertical_pass);

WeightParts preferred_weight_parts() { return HWY_DYNAMIC_DISPATCH(preferred_weight_parts)(); }

void horizontal_pass(const HorizontalPlan& plan, const std::uint8_t* const* rows, std::uint8_t* const* results) {
  HWY_DYNAMIC_DISPATCH(horizontal_pass)(plan, rows, results);
}

void vertical_pass(const std::uint8_t* const* rows, const VerticalTaps& taps, std::size_t bytes, std::uint8_t* result) {
  HWY_DYNAMIC_DISPATCH(vertical_pass)(rows, taps, bytes, result);
}

}  // namespace visionkit
#endif  // HWY_ONCE
