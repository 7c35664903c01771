// Vectors as lanes of 16 bytes, one output pixel each; what the inner loops of resizing share. Included once for every
// instruction set, inside of Highway's loop over them; not for those that have no vectors.
#if defined(VISIONKIT_RESIZE_LANES) == defined(HWY_TARGET_TOGGLE)
#ifdef VISIONKIT_RESIZE_LANES
#undef VISIONKIT_RESIZE_LANES
#else
#define VISIONKIT_RESIZE_LANES
#endif

#include <cstddef>
#include <cstdint>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace visionkit {
namespace HWY_NAMESPACE {
#if HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
namespace hn = hwy::HWY_NAMESPACE;

using ByteTag = hn::ScalableTag<std::uint8_t>;
using ShortTag = hn::ScalableTag<std::int16_t>;
using IntTag = hn::ScalableTag<std::int32_t>;
using LaneTag = hn::FixedTag<std::uint8_t, 16>;
using Bytes = hn::Vec<ByteTag>;
using Shorts = hn::Vec<ShortTag>;
using Ints = hn::Vec<IntTag>;
using Lane = hn::Vec<LaneTag>;

constexpr std::size_t byte_count = HWY_LANES(std::uint8_t);
constexpr int lane_count = static_cast<int>(byte_count / 16);
static_assert(lane_count == 1 || lane_count == 2 || lane_count == 4);

// For every lane the bytes from its own place of the row.
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
HWY_INLINE Lane packing_mask(int channels, int size) {
  HWY_ALIGN std::uint8_t index[16];
  for (int i = 0; i < 16; ++i) {
    const int value = i / size;
    const int from = (value / channels * 4 + value % channels) * size + i % size;
    index[i] = from < 16 ? static_cast<std::uint8_t>(from) : std::uint8_t{0x80};
  }
  return hn::Load(LaneTag(), index);
}

#endif
}  // namespace HWY_NAMESPACE
}  // namespace visionkit
HWY_AFTER_NAMESPACE();

#endif
