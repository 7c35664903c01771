#include "dataset/map_runs.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "core/fail.hpp"

namespace visionkit {
namespace {

// Run lengths go down the columns, maps along the rows: some columns at a time are turned in a buffer. Its columns are
// apart by more than their length, because columns of 4096 would share the same lines of the cache.
constexpr std::size_t block_columns = 64;
constexpr std::size_t gap = 67;

struct Stretch {
  std::uint64_t begin, end;
  std::uint32_t number;
};

// Collects the runs of every number while stretches come in their order.
class Splitter {
 public:
  void add(std::uint32_t number, std::uint64_t begin, std::uint64_t end) {
    const auto [place, is_new] = places_.emplace(number, entries_.size());
    if (is_new) entries_.push_back({.number = number});
    auto& entry = entries_[place->second];
    entry.runs.push_back(static_cast<std::uint32_t>(begin - entry.end));
    entry.runs.push_back(static_cast<std::uint32_t>(end - begin));
    entry.end = end;
  }

  std::vector<NumberedMask> take(Size size, std::uint64_t pixels) {
    std::vector<NumberedMask> masks;
    for (auto& entry : entries_) {
      if (entry.end < pixels) entry.runs.push_back(static_cast<std::uint32_t>(pixels - entry.end));
      masks.push_back({entry.number, Mask::from_runs(std::move(entry.runs), size)});
    }
    return masks;
  }

 private:
  struct Entry {
    std::uint32_t number = 0;
    std::uint64_t end = 0;
    std::vector<std::uint32_t> runs = {};
  };

  std::unordered_map<std::uint32_t, std::size_t> places_;
  std::vector<Entry> entries_;
};

std::vector<Stretch> stretches_of(std::span<const NumberedMask> masks) {
  std::vector<Stretch> stretches;
  for (const auto& [number, mask] : masks) {
    std::uint64_t place = 0;
    const auto runs = mask.runs();
    for (std::size_t i = 0; i < runs.size(); ++i) {
      if (i % 2 == 1 && runs[i] > 0) stretches.push_back({place, place + runs[i], number});
      place += runs[i];
    }
  }
  std::sort(stretches.begin(), stretches.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
  for (std::size_t i = 1; i < stretches.size(); ++i) {
    if (stretches[i].begin < stretches[i - 1].end) {
      fail(ErrorCode::invalid_argument, "{} and {} share pixels", stretches[i - 1].number, stretches[i].number);
    }
  }
  return stretches;
}

}  // namespace

template <class Number>
std::vector<NumberedMask> split_map(std::span<const Number> map, Size size) {
  const auto width = static_cast<std::size_t>(size.width);
  const auto height = static_cast<std::size_t>(size.height);
  if (map.empty()) return {};
  std::vector<Number> buffer(block_columns * (height + gap));
  Splitter splitter;
  Number number = map[0];
  std::uint64_t begin = 0;
  for (std::size_t left = 0; left < width; left += block_columns) {
    const auto columns = std::min(block_columns, width - left);
    for (std::size_t y = 0; y < height; ++y) {
      for (std::size_t x = 0; x < columns; ++x) buffer[x * (height + gap) + y] = map[y * width + left + x];
    }
    for (std::size_t x = 0; x < columns; ++x) {
      const auto column = std::span(buffer).subspan(x * (height + gap), height);
      const auto place = (left + x) * height;
      for (std::size_t y = 0; y < height; ++y) {
        if (column[y] == number) continue;
        splitter.add(number, begin, place + y);
        number = column[y];
        begin = place + y;
      }
    }
  }
  splitter.add(number, begin, map.size());
  return splitter.take(size, map.size());
}

template <class Number>
std::vector<Number> join_map(std::span<const NumberedMask> masks, Size size, Number background) {
  const auto width = static_cast<std::size_t>(size.width);
  const auto height = static_cast<std::size_t>(size.height);
  const auto stretches = stretches_of(masks);
  std::vector<Number> map(width * height);
  std::vector<Number> buffer(block_columns * (height + gap));
  auto next = stretches.begin();
  for (std::size_t left = 0; left < width; left += block_columns) {
    const auto columns = std::min(block_columns, width - left);
    for (std::size_t x = 0; x < columns; ++x) {
      const auto begin = (left + x) * height;
      const auto end = begin + height;
      auto* to = buffer.data() + x * (height + gap);
      std::fill_n(to, height, background);
      for (; next != stretches.end() && next->begin < end; ++next) {
        const auto from = std::max<std::uint64_t>(next->begin, begin);
        std::fill(to + (from - begin), to + (std::min<std::uint64_t>(next->end, end) - begin),
                  static_cast<Number>(next->number));
        if (next->end > end) break;  // it goes on in the next column
      }
    }
    for (std::size_t y = 0; y < height; ++y) {
      for (std::size_t x = 0; x < columns; ++x) map[y * width + left + x] = buffer[x * (height + gap) + y];
    }
  }
  return map;
}

template std::vector<NumberedMask> split_map(std::span<const std::uint8_t>, Size);
template std::vector<NumberedMask> split_map(std::span<const std::uint16_t>, Size);
template std::vector<NumberedMask> split_map(std::span<const std::uint32_t>, Size);
template std::vector<std::uint8_t> join_map(std::span<const NumberedMask>, Size, std::uint8_t);
template std::vector<std::uint16_t> join_map(std::span<const NumberedMask>, Size, std::uint16_t);
template std::vector<std::uint32_t> join_map(std::span<const NumberedMask>, Size, std::uint32_t);

}  // namespace visionkit
