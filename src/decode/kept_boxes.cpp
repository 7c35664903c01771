#include "decode/kept_boxes.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace visionkit {
namespace {

// A grid is refined when its cells hold this many boxes on average, to half as many; a block holds 16.
constexpr std::int32_t boxes_per_cell = 12;
constexpr std::int32_t first_refinement = 48;
constexpr float most_cells_per_side = 1024;
// Below this area float32 has too few bits left for the geometric bound to hold.
constexpr float smallest_grid_area = 1e-30F;

struct Center {
  float x, y;
};
Center center_of(const Candidate& box) { return {0.5F * box.x1 + 0.5F * box.x2, 0.5F * box.y1 + 0.5F * box.y2}; }

// Two intervals of widths w, v whose centres are d apart have an intersection over union above t only if
// d < w (1 - t) / (2 t).
float widths_apart(const Screen& screen) {
  if (screen.threshold == 0 || screen.smaller_area) return std::numeric_limits<float>::infinity();
  return (1 - screen.threshold) / (2 * screen.threshold);
}

// How far apart, along one axis, the centres of two boxes can be that overlap enough; any overlap at all needs
// d < (w + v) / 2. The margin covers the rounding of centres and of the overlap itself.
float reach(float low, float high, float largest_width, float apart) {
  const float width = high - low;
  const float distance = std::min(0.5F * width + 0.5F * largest_width, width * apart);
  return distance * 1.0001F + 1e-6F * (std::abs(low) + std::abs(high) + 4 * distance);
}

std::int32_t cell_index(float center, float origin, float cells_per_unit, std::int32_t count) {
  const float position = (center - origin) * cells_per_unit;
  if (!(position > 0)) return 0;
  return position < static_cast<float>(count - 1) ? static_cast<std::int32_t>(position) : count - 1;
}

struct GroupExtent {
  std::int32_t count = 0;
  float left = std::numeric_limits<float>::max(), top = left;
  float right = -left, bottom = -left;
  float smallest_area = left;
  double width = 0, height = 0;  // sums
};

constexpr std::int32_t never = std::numeric_limits<std::int32_t>::max();

// When to refine for the first time.
std::int32_t first_refinement_of(const KeptGrid& grid, const GroupExtent& extent, float apart) {
  if (extent.count < first_refinement || extent.smallest_area < smallest_grid_area) return never;
  if (!(grid.width > 0 && grid.height > 0 && std::isfinite(grid.width) && std::isfinite(grid.height))) return never;
  // A candidate that reaches most of the cells is better off without them.
  const auto covered = [&](double total, float largest, float side) {
    const auto mean = static_cast<float>(total / extent.count);
    return std::min(1.0F, 2 * reach(0, mean, largest, apart) / side);
  };
  const float x = covered(extent.width, grid.largest_width, grid.width);
  const float y = covered(extent.height, grid.largest_height, grid.height);
  return x * y > 0.5F ? never : first_refinement;
}

}  // namespace

KeptBoxes::KeptBoxes(std::span<const Candidate> candidates, std::int32_t groups, const Screen& screen)
    : candidates_(candidates),
      screen_(screen),
      widths_apart_(widths_apart(screen)),
      grids_(static_cast<std::size_t>(groups)) {
  std::vector<GroupExtent> extents(grids_.size());
  for (const auto& box : candidates) {
    if (box.group < 0) continue;
    auto& grid = grids_[static_cast<std::size_t>(box.group)];
    auto& extent = extents[static_cast<std::size_t>(box.group)];
    const auto center = center_of(box);
    const float width = box.x2 - box.x1;
    const float height = box.y2 - box.y1;
    grid.largest_width = std::max(grid.largest_width, width);
    grid.largest_height = std::max(grid.largest_height, height);
    ++extent.count;
    extent.left = std::min(extent.left, center.x);
    extent.right = std::max(extent.right, center.x);
    extent.top = std::min(extent.top, center.y);
    extent.bottom = std::max(extent.bottom, center.y);
    extent.smallest_area = std::min(extent.smallest_area, box.area);
    extent.width += width;
    extent.height += height;
  }
  for (std::size_t group = 0; group < grids_.size(); ++group) {
    auto& grid = grids_[group];
    const auto& extent = extents[group];
    grid.left = extent.left;
    grid.top = extent.top;
    grid.width = extent.right - extent.left;
    grid.height = extent.bottom - extent.top;
    grid.refine_at = first_refinement_of(grid, extent, widths_apart_);
    grid.first_cell = static_cast<std::int32_t>(group);
  }
  cells_.resize(grids_.size());
}

std::int32_t KeptBoxes::own_cell(const Candidate& box) const {
  const auto& grid = grids_[static_cast<std::size_t>(box.group)];
  const auto center = center_of(box);
  const auto row = cell_index(center.y, grid.top, grid.cells_per_y, grid.rows);
  return grid.first_cell + row * grid.columns + cell_index(center.x, grid.left, grid.cells_per_x, grid.columns);
}

CellRange KeptBoxes::cells_near(const Candidate& box) const {
  const auto& grid = grids_[static_cast<std::size_t>(box.group)];
  const auto center = center_of(box);
  const float x = reach(box.x1, box.x2, grid.largest_width, widths_apart_);
  const float y = reach(box.y1, box.y2, grid.largest_height, widths_apart_);
  return {cell_index(center.y - y, grid.top, grid.cells_per_y, grid.rows),
          cell_index(center.y + y, grid.top, grid.cells_per_y, grid.rows),
          cell_index(center.x - x, grid.left, grid.cells_per_x, grid.columns),
          cell_index(center.x + x, grid.left, grid.cells_per_x, grid.columns)};
}

void KeptBoxes::insert(std::int32_t rank) {
  auto& grid = grids_[static_cast<std::size_t>(candidates_[static_cast<std::size_t>(rank)].group)];
  if (++grid.kept == grid.refine_at) refine(grid);
  place(rank);
}

void KeptBoxes::refine(KeptGrid& grid) {
  std::vector<std::int32_t> ranks;
  for (std::int32_t i = 0; i < grid.columns * grid.rows; ++i) {
    for (auto index = cell(grid.first_cell + i).first; index >= 0; index = block(index).next) {
      const auto& old = block(index);
      ranks.insert(ranks.end(), old.rank.begin(), old.rank.begin() + old.used);
      free_blocks_.push_back(index);
    }
  }
  const float cells = 2 * static_cast<float>(grid.kept) / boxes_per_cell;
  const float columns = std::clamp(std::sqrt(cells) * std::sqrt(grid.width / grid.height), 1.0F, most_cells_per_side);
  grid.columns = static_cast<std::int32_t>(columns);
  grid.rows = static_cast<std::int32_t>(std::clamp(cells / columns, 1.0F, most_cells_per_side));
  grid.cells_per_x = static_cast<float>(grid.columns) / grid.width;
  grid.cells_per_y = static_cast<float>(grid.rows) / grid.height;
  grid.first_cell = static_cast<std::int32_t>(cells_.size());
  grid.refine_at = grid.kept * 2;
  cells_.resize(cells_.size() + static_cast<std::size_t>(grid.columns * grid.rows));
  std::sort(ranks.begin(), ranks.end());
  for (const auto rank : ranks) place(rank);
}

void KeptBoxes::place(std::int32_t rank) {
  const auto& box = candidates_[static_cast<std::size_t>(rank)];
  auto& cell = cells_[static_cast<std::size_t>(own_cell(box))];
  if (cell.last < 0 || block(cell.last).used == static_cast<std::int32_t>(kept_block_size)) {
    if (free_blocks_.empty()) {
      free_blocks_.push_back(static_cast<std::int32_t>(blocks_.size()));
      blocks_.emplace_back();
    }
    const auto added = free_blocks_.back();
    free_blocks_.pop_back();
    blocks_[static_cast<std::size_t>(added)].used = 0;
    blocks_[static_cast<std::size_t>(added)].next = -1;
    (cell.last < 0 ? cell.first : blocks_[static_cast<std::size_t>(cell.last)].next) = added;
    cell.last = added;
  }
  auto& target = blocks_[static_cast<std::size_t>(cell.last)];
  const auto slot = static_cast<std::size_t>(target.used++);
  target.x1[slot] = box.x1;
  target.y1[slot] = box.y1;
  target.x2[slot] = box.x2;
  target.y2[slot] = box.y2;
  target.area[slot] = box.area;
  target.rank[slot] = rank;
}

}  // namespace visionkit
