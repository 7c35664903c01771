// Between row-major pixels and runs down the columns, by way of one bit a pixel: bits are turned from rows into columns
// (and back) in blocks of 64 x 64, so that no column of bytes is ever walked through memory, and the places where the
// colour changes are found (and made) 64 at a time.
#include <visionkit/core/mask.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "core/fail.hpp"
#include "core/mask_runs.hpp"

namespace visionkit {
namespace {

constexpr std::size_t word_bits = 64;

// Lines of bits, the first in the lowest bit, each line in whole words; what lies behind its end is unspecified.
class BitGrid {
 public:
  BitGrid(std::size_t lines, std::size_t length)
      : lines_(lines), words_((length + word_bits - 1) / word_bits), bits_(lines * words_) {}

  [[nodiscard]] std::size_t lines() const { return lines_; }
  [[nodiscard]] std::size_t words() const { return words_; }
  [[nodiscard]] std::uint64_t* line(std::size_t index) { return bits_.data() + index * words_; }
  [[nodiscard]] const std::uint64_t* line(std::size_t index) const { return bits_.data() + index * words_; }

 private:
  std::size_t lines_;
  std::size_t words_;
  std::vector<std::uint64_t> bits_;
};

using Block = std::array<std::uint64_t, word_bits>;

// Swaps ever smaller squares that lie on both sides of the diagonal.
void transpose(Block& block) {
  auto low = ~std::uint64_t{0};
  for (std::size_t side = word_bits / 2; side > 0; side /= 2) {
    low ^= low << side;
    for (std::size_t first = 0; first < word_bits; first += 2 * side) {
      for (auto i = first; i < first + side; ++i) {
        const auto swapped = ((block[i] >> side) ^ block[i + side]) & low;
        block[i] ^= swapped << side;
        block[i + side] ^= swapped;
      }
    }
  }
}

// The grid with `length` bits a line as one with `length` lines.
BitGrid transposed(const BitGrid& grid, std::size_t length) {
  BitGrid result(length, grid.lines());
  Block block;
  for (std::size_t i = 0; i < grid.lines(); i += word_bits) {
    const auto lines = std::min(word_bits, grid.lines() - i);
    for (std::size_t word = 0; word < grid.words(); ++word) {
      bool is_uniform = true;
      for (std::size_t k = 0; k < lines; ++k) {
        block[k] = grid.line(i + k)[word];
        is_uniform = is_uniform && block[k] == block[0];
      }
      const auto first = word * word_bits;
      const auto count = std::min(word_bits, length - first);
      if (is_uniform) {
        const auto bits = block[0];
        for (std::size_t k = 0; k < count; ++k) result.line(first + k)[i / word_bits] = 0 - ((bits >> k) & 1U);
      } else {
        std::fill(block.begin() + static_cast<std::ptrdiff_t>(lines), block.end(), 0);
        transpose(block);
        for (std::size_t k = 0; k < count; ++k) result.line(first + k)[i / word_bits] = block[k];
      }
    }
  }
  return result;
}

// One bit for each of eight bytes, the first in the lowest: whether it is not 0. Carries stay inside the bytes.
std::uint64_t pack_eight(const std::uint8_t* bytes) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes, sizeof value);
  if constexpr (std::endian::native == std::endian::big) value = __builtin_bswap64(value);
  constexpr std::uint64_t low_bits = 0x7F7F7F7F7F7F7F7F;
  const auto set = ((((value & low_bits) + low_bits) | value) & ~low_bits) >> 7U;
  return (set * 0x0102040810204080) >> 56U;
}

void pack(const std::uint8_t* pixels, std::size_t count, std::uint64_t* words) {
  std::size_t i = 0;
  for (; i + word_bits <= count; i += word_bits) {
    std::uint64_t word = 0;
    for (std::size_t k = 0; k < word_bits; k += 8) word |= pack_eight(pixels + i + k) << k;
    words[i / word_bits] = word;
  }
  for (; i < count; ++i) words[i / word_bits] |= std::uint64_t{pixels[i] != 0} << (i % word_bits);
}

// The bytes of all values of eight bits.
constexpr auto unpacked = [] {
  std::array<std::array<std::uint8_t, 8>, 256> table = {};
  for (std::size_t value = 0; value < table.size(); ++value) {
    for (std::size_t bit = 0; bit < 8; ++bit) table[value][bit] = static_cast<std::uint8_t>((value >> bit) & 1U);
  }
  return table;
}();

void unpack(const std::uint64_t* words, std::size_t count, std::uint8_t* pixels) {
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    std::memcpy(pixels + i, unpacked[(words[i / word_bits] >> (i % word_bits)) & 0xFFU].data(), 8);
  }
  for (; i < count; ++i) pixels[i] = (words[i / word_bits] >> (i % word_bits)) & 1U;
}

// Calls use(place of the lowest bit, bits) for every word of the columns: which pixels differ from the one before,
// which for the first of a column is the last of the column to the left.
template <class Use>
void for_each_changes(const BitGrid& columns, std::size_t height, Use use) {
  std::uint64_t before = 0;
  for (std::size_t x = 0; x < columns.lines(); ++x) {
    for (std::size_t y = 0; y < height; y += word_bits) {
      const auto word = columns.line(x)[y / word_bits];
      const auto valid = std::min(word_bits, height - y);
      use(x * height + y, (word ^ (word << 1U | before)) & (~std::uint64_t{0} >> (word_bits - valid)));
      before = (word >> (valid - 1)) & 1U;
    }
  }
}

// Bit i says whether an odd number of the bits up to i is set.
std::uint64_t running_parity(std::uint64_t bits) {
  for (unsigned shift = 1; shift < word_bits; shift *= 2) bits ^= bits << shift;
  return bits;
}

}  // namespace

Mask Mask::from_dense(std::span<const std::uint8_t> pixels, Size size, std::size_t stride) {
  return guarded("making a mask of pixels", [&] {
    const auto count = mask_pixels(size, "a mask of pixels");
    const auto width = static_cast<std::size_t>(size.width);
    const auto height = static_cast<std::size_t>(size.height);
    if (stride == 0) stride = width;
    if (stride < width) {
      fail(ErrorCode::invalid_argument, "a mask of pixels: stride {} is less than the width {}", stride, width);
    }
    if (count == 0) return from_runs({0}, size);
    if (pixels.size() < width || (pixels.size() - width) / stride < height - 1) {
      fail(ErrorCode::invalid_argument, "a mask of pixels: {} bytes are too few for {} with stride {}", pixels.size(),
           to_string(size), stride);
    }
    BitGrid rows(height, width);
    for (std::size_t y = 0; y < height; ++y) pack(pixels.data() + y * stride, width, rows.line(y));
    const auto columns = transposed(rows, width);

    std::size_t run_count = 1;
    for_each_changes(columns, height, [&](std::size_t, std::uint64_t changes) {
      run_count += static_cast<std::size_t>(std::popcount(changes));
    });
    std::vector<std::uint32_t> runs;
    runs.reserve(run_count);
    std::size_t run_begin = 0;
    for_each_changes(columns, height, [&](std::size_t begin, std::uint64_t changes) {
      for (; changes != 0; changes &= changes - 1) {
        const auto place = begin + static_cast<std::size_t>(std::countr_zero(changes));
        runs.push_back(static_cast<std::uint32_t>(place - run_begin));
        run_begin = place;
      }
    });
    runs.push_back(static_cast<std::uint32_t>(count - run_begin));
    return from_runs(std::move(runs), size);
  });
}

std::vector<std::uint8_t> Mask::to_dense() const {
  return guarded("unpacking a mask", [&] {
    const auto width = static_cast<std::size_t>(size_.width);
    const auto height = static_cast<std::size_t>(size_.height);
    std::vector<std::uint8_t> pixels;
    if (width == 0 || height == 0) return pixels;
    BitGrid columns(width, height);
    RunPlace place = {.height = static_cast<std::uint32_t>(height)};
    for (const auto run : runs_) {
      place.advance(run);
      if (place.x < width) columns.line(place.x)[place.y / word_bits] ^= std::uint64_t{1} << (place.y % word_bits);
    }
    std::uint64_t before = 0;  // all bits are the pixel before
    for (std::size_t x = 0; x < width; ++x) {
      for (std::size_t y = 0; y < height; y += word_bits) {
        auto& word = columns.line(x)[y / word_bits];
        word = running_parity(word) ^ before;
        before = 0 - ((word >> (std::min(word_bits, height - y) - 1)) & 1U);
      }
    }
    const auto rows = transposed(columns, height);
    std::vector<std::uint8_t> row(width);
    pixels.reserve(width * height);
    for (std::size_t y = 0; y < height; ++y) {
      unpack(rows.line(y), width, row.data());
      pixels.insert(pixels.end(), row.begin(), row.end());
    }
    return pixels;
  });
}

}  // namespace visionkit
