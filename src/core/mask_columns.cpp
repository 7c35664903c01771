#include "core/mask_columns.hpp"

#include <algorithm>

#include "core/mask_runs.hpp"

namespace visionkit {
namespace {

constexpr std::uint32_t max_height = 1U << 24U;  // whole numbers of a float

// Rows that [top_a, bottom_a) and [top_b, bottom_b) have in common. Written so that compilers use vector instructions.
inline std::int32_t common_rows(float top_a, float bottom_a, float top_b, float bottom_b) {
  const float top = top_a < top_b ? top_b : top_a;
  const float bottom = bottom_a < bottom_b ? bottom_a : bottom_b;
  const float rows = bottom - top;
  return static_cast<std::int32_t>(rows < 0 ? 0 : rows);
}

}  // namespace

MaskColumns::MaskColumns(const Mask& mask) : mask_(&mask), area_(mask.area()) {
  const auto height = static_cast<std::uint32_t>(mask.size().height);
  if (area_ == 0) return;
  // The first and the last column, from both ends of the runs.
  const auto runs = mask.runs();
  std::uint32_t before = runs[0];
  for (std::size_t i = 1; runs[i] == 0; i += 2) before += runs[i + 1];
  std::uint32_t after = runs.size() % 2 == 1 ? runs.back() : 0;
  for (auto i = (runs.size() - 2) / 2 * 2 + 1; runs[i] == 0; i -= 2) after += runs[i - 1];
  const auto pixels = height * static_cast<std::uint32_t>(mask.size().width);
  left_ = before / height;
  right_ = (pixels - after - 1) / height + 1;
  // Columns that are full take no runs: a layout of them could be far larger than the mask.
  const bool is_compact = right_ - left_ <= 64 + 4 * runs.size();
  if (is_compact && height <= max_height) {
    lay_out();
  } else {
    const auto box = mask.bounding_box();
    top_ = static_cast<std::uint32_t>(box.y1);
    bottom_ = static_cast<std::uint32_t>(box.y2);
  }
}

void MaskColumns::lay_out() {
  const std::uint64_t height = static_cast<std::uint32_t>(mask_->size().height);
  tops_.resize(right_ - left_);
  bottoms_.resize(right_ - left_);
  std::uint64_t highest = height;
  std::uint64_t lowest = 0;
  std::uint64_t last = right_;  // the column of the segment before
  const auto add = [&](std::uint64_t column, std::uint64_t top, std::uint64_t bottom) {
    highest = std::min(highest, top);
    lowest = std::max(lowest, bottom);
    if (column != last) {
      tops_[column - left_] = static_cast<float>(static_cast<std::int64_t>(top));
      bottoms_[column - left_] = static_cast<float>(static_cast<std::int64_t>(bottom));
      last = column;
    } else {
      others_.push_back({.column = static_cast<std::uint32_t>(column),
                         .top = static_cast<float>(top),
                         .bottom = static_cast<float>(bottom)});
    }
  };
  std::uint64_t x = 0;
  std::uint64_t y = 0;
  const auto runs = mask_->runs();
  for (std::size_t i = 1; i < runs.size(); i += 2) {
    y += runs[i - 1];
    if (y >= height) {
      x += y < 2 * height ? 1 : y / height;
      y = y < 2 * height ? y - height : y % height;
    }
    auto end = y + runs[i];
    for (; end > height; end -= height) {
      add(x++, y, height);
      y = 0;
    }
    if (end > y) add(x, y, end);
    y = end;
  }
  top_ = static_cast<std::uint32_t>(highest);
  bottom_ = static_cast<std::uint32_t>(lowest);
  is_laid_out_ = others_.size() <= right_ - left_;  // with more, walking the runs is faster
}

bool MaskColumns::is_near(const MaskColumns& other) const {
  return std::max(left_, other.left_) < std::min(right_, other.right_) &&
         std::max(top_, other.top_) < std::min(bottom_, other.bottom_);
}

std::span<const MaskColumns::Piece> MaskColumns::others_of(std::uint32_t left, std::uint32_t right) const {
  const auto begin = std::ranges::lower_bound(others_, left, {}, &Piece::column);
  return {begin, std::find_if(begin, others_.end(), [&](const Piece& piece) { return piece.column >= right; })};
}

std::uint64_t MaskColumns::common_with_first(const Piece& piece) const {
  const auto i = piece.column - left_;
  return static_cast<std::uint64_t>(common_rows(tops_[i], bottoms_[i], piece.top, piece.bottom));
}

std::uint64_t MaskColumns::common_area(const MaskColumns& other) const {
  if (!is_laid_out_ || !other.is_laid_out_) return visionkit::common_area(*mask_, *other.mask_);
  const auto left = std::max(left_, other.left_);
  const auto right = std::min(right_, other.right_);
  std::uint64_t area = 0;
  constexpr std::uint32_t block = 64;  // sums of 64 columns fit in 32 bits
  for (auto begin = left; begin < right; begin += std::min(block, right - begin)) {
    const auto count = std::min(block, right - begin);
    const auto* tops_a = tops_.data() + (begin - left_);
    const auto* bottoms_a = bottoms_.data() + (begin - left_);
    const auto* tops_b = other.tops_.data() + (begin - other.left_);
    const auto* bottoms_b = other.bottoms_.data() + (begin - other.left_);
    std::int32_t sum = 0;
    for (std::uint32_t i = 0; i < count; ++i) sum += common_rows(tops_a[i], bottoms_a[i], tops_b[i], bottoms_b[i]);
    area += static_cast<std::uint32_t>(sum);
  }
  const auto mine = others_of(left, right);
  const auto theirs = other.others_of(left, right);
  for (const auto& piece : mine) area += other.common_with_first(piece);
  for (const auto& piece : theirs) area += common_with_first(piece);
  const auto ends_first = [](const Piece& a, const Piece& b) {
    return a.column != b.column ? a.column < b.column : a.bottom < b.bottom;
  };
  for (auto a = mine.begin(), b = theirs.begin(); a != mine.end() && b != theirs.end();) {
    if (a->column == b->column) area += static_cast<std::uint64_t>(common_rows(a->top, a->bottom, b->top, b->bottom));
    ends_first(*a, *b) ? ++a : ++b;
  }
  return area;
}

std::uint64_t common_area(const Mask& a, const Mask& b) {
  SegmentReader left(a.runs());
  SegmentReader right(b.runs());
  Segment of_left;
  Segment of_right;
  std::uint64_t area = 0;
  bool is_there = left.next(of_left) && right.next(of_right);
  while (is_there) {
    const auto begin = std::max(of_left.begin, of_right.begin);
    const auto end = std::min(of_left.end, of_right.end);
    if (begin < end) area += end - begin;
    is_there = of_left.end < of_right.end ? left.next(of_left) : right.next(of_right);
  }
  return area;
}

}  // namespace visionkit
