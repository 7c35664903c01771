// COCO's compressed strings: from the fourth run on the difference to the run before the last is kept, in groups of
// five bits, the lowest first, each as one character from '0' on; bit 5 says that more follow, bit 4 of the last is the
// sign.
#include <visionkit/core/mask.hpp>

#include <algorithm>
#include <array>
#include <utility>

#include "core/fail.hpp"
#include "core/mask_runs.hpp"

namespace visionkit {
namespace {

constexpr int group_bits = 5;
constexpr int max_groups = 7;  // 33 bits and the sign

bool is_end_of_number(char character) { return ((character - '0') & 0x20) == 0; }

// One number off the front of `text`, which starts at character `at` of the whole string.
std::int64_t take_number(std::string_view& text, std::size_t at) {
  if (const int code = text.front() - '0'; code >= 0 && code < 0x20) {
    text.remove_prefix(1);
    return code - ((code & 0x10) << 1);
  }
  std::int64_t value = 0;
  for (int group = 0; group < max_groups; ++group) {
    if (static_cast<std::size_t>(group) == text.size()) {
      fail(ErrorCode::invalid_argument, "the RLE string of a mask ends inside the number that starts at character {}",
           at);
    }
    const int code = static_cast<unsigned char>(text[static_cast<std::size_t>(group)]) - '0';
    if (code < 0 || code > 63) {
      fail(ErrorCode::invalid_argument, "the RLE string of a mask has byte {} at character {}, accepted are '0' to 'o'",
           code + '0', at + static_cast<std::size_t>(group));
    }
    value |= std::int64_t{code & 0x1F} << (group_bits * group);
    if ((code & 0x20) != 0) continue;
    if ((code & 0x10) != 0) value |= -(std::int64_t{1} << (group_bits * (group + 1)));
    text.remove_prefix(static_cast<std::size_t>(group) + 1);
    return value;
  }
  fail(ErrorCode::invalid_argument, "the RLE string of a mask has a number of more than {} characters at character {}",
       max_groups, at);
}

// The end of what was written.
char* write_number(char* to, std::int64_t value) {
  for (;;) {
    const int group = static_cast<int>(value & 0x1F);
    value >>= group_bits;
    const bool is_last = value == ((group & 0x10) != 0 ? -1 : 0);
    *to++ = static_cast<char>('0' + group + (is_last ? 0 : 0x20));
    if (is_last) return to;
  }
}

}  // namespace

Mask Mask::from_rle(std::string_view counts, Size size) {
  return guarded("reading the RLE string of a mask", [&] {
    const auto pixels = mask_pixels(size, "a mask in RLE");
    std::vector<std::uint32_t> runs;
    runs.reserve(static_cast<std::size_t>(std::ranges::count_if(counts, is_end_of_number)));
    std::uint64_t sum = 0;
    for (auto rest = counts; !rest.empty();) {
      const auto at = counts.size() - rest.size();
      auto run = take_number(rest, at);
      if (runs.size() > 2) run += runs[runs.size() - 2];
      if (run < 0) {
        fail(ErrorCode::invalid_argument, "the RLE string of a mask has the negative run {} at character {}", run, at);
      }
      sum += static_cast<std::uint64_t>(run);
      if (sum > pixels) {
        fail(ErrorCode::invalid_argument,
             "the RLE string of a mask has runs of {} pixels by character {}, but {} has {}", sum, at, to_string(size),
             pixels);
      }
      runs.push_back(static_cast<std::uint32_t>(run));
    }
    return from_runs(std::move(runs), size);
  });
}

std::string Mask::to_rle() const {
  return guarded("writing the RLE string of a mask", [&] {
    std::string text;
    text.reserve(2 * runs_.size());
    std::array<char, 1024 * max_groups> piece;
    for (std::size_t begin = 0; begin < runs_.size(); begin += 1024) {
      const auto end = std::min<std::size_t>(begin + 1024, runs_.size());
      auto* to = piece.data();
      for (auto i = begin; i < end; ++i) {
        to = write_number(to, i > 2 ? std::int64_t{runs_[i]} - runs_[i - 2] : std::int64_t{runs_[i]});
      }
      text.append(piece.data(), to);
    }
    return text;
  });
}

}  // namespace visionkit
