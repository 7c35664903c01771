#include "metrics/pixel_pairs.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace visionkit {
namespace {

// Counters of 32 bits hold a chunk of this many pairs.
constexpr std::size_t chunk_pairs = std::size_t{1} << 30U;
// A block fits the first cache; what it holds decides how it is counted.
constexpr std::size_t block_pairs = 2048;

template <class Id>
struct Pairs {
  const Id* truth;
  const Id* prediction;
  std::size_t count;
};

// Where the pair of two ids is counted. Numbers of 16 bits are worked out twice as fast.
template <class Cell, class Id>
struct AnyCell {
  Cell classes;
  std::optional<Id> ignored;

  Cell operator()(Id t, Id p) const {
    const auto width = static_cast<Cell>(classes + 1);
    const auto row = ignored && t == *ignored ? width : std::min<Cell>(t, classes);
    return static_cast<Cell>(row * width + std::min<Cell>(p, classes));
  }
};

// The same for classes that count: half the work, but not worth a look at ids of 8 or 16 bits first.
template <class Cell, class Id>
struct PlainCell {
  Cell width;
  Cell operator()(Id t, Id p) const { return static_cast<Cell>(static_cast<Cell>(t) * width + p); }
};

bool are_classes(const std::uint32_t* ids, std::size_t count, std::uint32_t classes) {
  std::uint32_t outside = 0;
  for (std::size_t i = 0; i < count; ++i) outside |= static_cast<std::uint32_t>(ids[i] >= classes);
  return outside == 0;
}

// Whether all ids of two words are equal.
template <class Id>
bool is_uniform(const Id* ids) {
  std::array<std::uint64_t, 2> words;
  std::memcpy(words.data(), ids, sizeof words);
  return words[0] == words[1] && std::rotl(words[0], 8 * sizeof(Id)) == words[0];
}

// Neighbors are mostly equal: counters in turn keep an addition from waiting for the one before.
template <std::size_t banks, class CellAt>
void count_cells(std::size_t count, const CellAt& cell_at, std::uint32_t* counters, std::size_t stride) {
  std::size_t i = 0;
  for (; i + banks <= count; i += banks) {
    for (std::size_t bank = 0; bank < banks; ++bank) ++counters[bank * stride + cell_at(i + bank)];
  }
  for (; i < count; ++i) ++counters[cell_at(i)];
}

template <std::size_t banks, class Cell, class CellOf, class Id>
void count_block(const Pairs<Id>& pairs, const CellOf& cell_of, std::uint32_t* counters, std::size_t stride) {
  const auto& [truth, prediction, count] = pairs;
  if constexpr (sizeof(Id) == 4) {  // labels of samples have no neighbors
    const auto* t = truth;
    const auto* p = prediction;
    count_cells<banks>(
        count, [&](std::size_t i) { return cell_of(t[i], p[i]); }, counters, stride);
  } else {
    // Cells are computed for stretches of mixed ids only; a stretch of one id is one addition.
    constexpr std::size_t step = 16 / sizeof(Id);
    const auto whole = count / step * step;
    std::array<Cell, block_pairs> cells;
    std::size_t mixed = 0;
    for (std::size_t i = 0; i < whole; i += step) {
      if (is_uniform(truth + i) && is_uniform(prediction + i)) {
        counters[cell_of(truth[i], prediction[i])] += step;
        continue;
      }
      for (std::size_t j = 0; j < step; ++j) cells[mixed + j] = cell_of(truth[i + j], prediction[i + j]);
      mixed += step;
    }
    count_cells<banks>(
        mixed, [&](std::size_t i) { return cells[i]; }, counters, stride);
    for (auto i = whole; i < count; ++i) ++counters[cell_of(truth[i], prediction[i])];
  }
}

template <std::size_t banks, class Cell, class Id>
void count_chunk(const Pairs<Id>& chunk, std::optional<Id> ignored, PairCounts& counts) {
  const auto stride = counts.cells.size();
  const auto classes = static_cast<std::uint32_t>(counts.classes);
  const AnyCell<Cell, Id> any = {static_cast<Cell>(classes), ignored};
  std::vector<std::uint32_t> counters(banks * stride);
  for (std::size_t begin = 0; begin < chunk.count; begin += block_pairs) {
    const Pairs<Id> block = {chunk.truth + begin, chunk.prediction + begin, std::min(block_pairs, chunk.count - begin)};
    if constexpr (sizeof(Id) == 4) {
      if (!ignored && are_classes(block.truth, block.count, classes) &&
          are_classes(block.prediction, block.count, classes)) {
        const PlainCell<Cell, Id> plain = {static_cast<Cell>(classes + 1)};
        count_block<banks, Cell>(block, plain, counters.data(), stride);
        continue;
      }
    }
    count_block<banks, Cell>(block, any, counters.data(), stride);
  }
  for (std::size_t i = 0; i < counters.size(); ++i) counts.cells[i % stride] += counters[i];
}

template <class Cell, class Id>
void count_as(std::span<const Id> truth, std::span<const Id> prediction, std::optional<Id> ignored,
              PairCounts& counts) {
  for (std::size_t begin = 0; begin < truth.size(); begin += chunk_pairs) {
    const Pairs<Id> chunk = {truth.data() + begin, prediction.data() + begin,
                             std::min(truth.size() - begin, chunk_pairs)};
    // Up to 32 kB of counters stay in the first cache.
    if (counts.cells.size() <= 1024) {
      count_chunk<8, Cell>(chunk, ignored, counts);
    } else if (counts.cells.size() <= 65536) {
      count_chunk<2, Cell>(chunk, ignored, counts);
    } else {
      count_chunk<1, Cell>(chunk, ignored, counts);
    }
  }
}

}  // namespace

template <class Id>
void count_pairs(std::span<const Id> truth, std::span<const Id> prediction, std::optional<Id> ignored,
                 PairCounts& counts) {
  if constexpr (sizeof(Id) == 1) {
    if (counts.cells.size() <= 65536) return count_as<std::uint16_t>(truth, prediction, ignored, counts);
  }
  count_as<std::uint32_t>(truth, prediction, ignored, counts);
}

template void count_pairs(std::span<const std::uint8_t>, std::span<const std::uint8_t>, std::optional<std::uint8_t>,
                          PairCounts&);
template void count_pairs(std::span<const std::uint16_t>, std::span<const std::uint16_t>, std::optional<std::uint16_t>,
                          PairCounts&);
template void count_pairs(std::span<const std::uint32_t>, std::span<const std::uint32_t>, std::optional<std::uint32_t>,
                          PairCounts&);

}  // namespace visionkit
