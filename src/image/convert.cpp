#include "image/convert.hpp"

#include <array>
#include <cstddef>
#include <cstring>

namespace visionkit {
namespace {

// Where red, green, blue and alpha sit in a pixel of `step` bytes; -1 for alpha where there is none.
struct Layout {
  int step, red, green, blue, alpha;
};

constexpr std::array layouts = {
    // in the order of PixelFormat
    Layout{3, 0, 1, 2, -1}, Layout{3, 2, 1, 0, -1}, Layout{4, 0, 1, 2, 3},
    Layout{4, 2, 1, 0, 3},  Layout{1, 0, 0, 0, -1},
};

// Offsets are template arguments so that the compiler can vectorise each of the few combinations.
template <std::size_t From, std::size_t To>
void convert_row(const std::uint8_t* __restrict source, std::uint8_t* __restrict target, int width) {
  constexpr auto from = layouts[From];
  constexpr auto to = layouts[To];
  if constexpr (From == To) {
    std::memcpy(target, source, static_cast<std::size_t>(width) * from.step);
  } else {
    for (std::ptrdiff_t x = 0; x < width; ++x) {
      const auto* in = source + x * from.step;
      auto* out = target + x * to.step;
      if constexpr (to.step == 1) {
        out[0] = static_cast<std::uint8_t>(
            (19595U * in[from.red] + 38470U * in[from.green] + 7471U * in[from.blue] + 32768U) >> 16U);
      } else {
        out[to.red] = in[from.red];
        out[to.green] = in[from.green];
        out[to.blue] = in[from.blue];
        if constexpr (to.alpha >= 0) {
          if constexpr (from.alpha >= 0) {
            out[to.alpha] = in[from.alpha];
          } else {
            out[to.alpha] = 255;
          }
        }
      }
    }
  }
}

template <std::size_t From, std::size_t... To>
constexpr std::array<ConvertRow, sizeof...(To)> converters_from(std::index_sequence<To...>) {
  return {convert_row<From, To>...};
}

template <std::size_t... From>
constexpr auto all_converters(std::index_sequence<From...> formats) {
  return std::array{converters_from<From>(formats)...};
}

constexpr auto converters = all_converters(std::make_index_sequence<layouts.size()>());

}  // namespace

ConvertRow row_converter(PixelFormat from, PixelFormat to) {
  return converters[static_cast<std::size_t>(from)][static_cast<std::size_t>(to)];
}

}  // namespace visionkit
