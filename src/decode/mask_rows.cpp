#include "decode/mask_rows.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/mask_runs.hpp"
#include "decode/segmentation_kernels.hpp"

namespace visionkit {

void MaskRows::begin(const MaskWindow& window, Size picture) {
  static_assert(row_multiple % sizeof(std::uint64_t) == 0);
  window_ = window;
  picture_ = picture;
  row_ = 0;
  const auto room = (window.width() + row_multiple - 1) / row_multiple * row_multiple;
  current_.assign(room, 0);
  previous_.assign(room, 0);
  changes_.clear();
}

// Rows resemble each other: eight pixels at a time, most of which did not change.
void MaskRows::note_changes() {
  constexpr std::size_t step = sizeof(std::uint64_t);
  for (std::size_t x = 0; x < current_.size(); x += step) {
    std::uint64_t now = 0;
    std::uint64_t before = 0;
    std::memcpy(&now, &current_[x], step);
    std::memcpy(&before, &previous_[x], step);
    if (now == before) continue;
    const auto end = std::min(x + step, window_.width());
    for (auto column = x; column < end; ++column) {
      if (current_[column] != previous_[column]) changes_.push_back({static_cast<std::uint32_t>(column), row_});
    }
  }
}

void MaskRows::end_row() {
  note_changes();
  std::swap(current_, previous_);
  ++row_;
}

Mask MaskRows::finish() {
  std::fill(current_.begin(), current_.end(), std::uint8_t{0});
  note_changes();  // everything ends below the window
  // From row order to column order: counting sort.
  places_.assign(window_.width() + 1, 0);
  for (const auto& change : changes_) ++places_[change.column + 1];
  for (std::size_t x = 1; x < places_.size(); ++x) places_[x] += places_[x - 1];
  std::vector<std::uint32_t> sorted(changes_.size());
  const auto height = static_cast<std::uint32_t>(picture_.height);
  const auto start = static_cast<std::uint32_t>(window_.x1) * height + static_cast<std::uint32_t>(window_.y1);
  for (const auto& change : changes_) sorted[places_[change.column]++] = start + change.column * height + change.row;
  RunWriter runs(static_cast<std::uint32_t>(picture_.width) * height);
  runs.reserve(sorted.size());
  for (const auto place : sorted) runs.toggle(place);
  return Mask::from_runs(std::move(runs).finish(), picture_);
}

}  // namespace visionkit
