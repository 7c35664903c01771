#include "decode/kept_boxes.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace visionkit {
namespace {

// Groups of fewer candidates are searched without a grid.
constexpr std::int32_t smallest_grid_group = 192;
// Candidates for each cell of a grid; about half of them are kept, and a block holds 16.
constexpr float candidates_per_cell = 16;
constexpr float largest_side = 512;
// Below this area float32 has too few bits left for the geometric bound to hold.
constexpr float smallest_grid_area = 1e-30F;

struct Center {
  float x, y;
};
Center center_of(const Candidate& box) { return {0.5F * box.x1 + 0.5F * box.x2, 0.5F * box.y1 + 0.5F * box.y2}; }

// How far apart, along one axis, the centres of two boxes can be that overlap enough. Two intervals of widths w, v whose
// centres are d apart have an intersection over union above t only if d < w (1 - t) / (2 t); and any overlap at all needs
// d < (w + v) / 2. The margin covers the rounding of centres and of the overlap itself.
float reach(float low, float high, float largest_width, const Screen& screen) {
  const float width = high - low;
  float distance = 0.5F * width + 0.5F * largest_width;
  if (screen.threshold > 0 && !screen.smaller_area) {
    distance = std::min(distance, width * ((1 - screen.threshold) / (2 * screen.threshold)));
  }
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
  double reach_x = 0, reach_y = 0;  // sums
};

void choose_grid(KeptGrid& grid, const GroupExtent& extent) {
  if (extent.count < smallest_grid_group || extent.smallest_area < smallest_grid_area) return;
  const float width = extent.right - extent.left;
  const float height = extent.bottom - extent.top;
  if (!(width > 0 && height > 0 && std::isfinite(width) && std::isfinite(height))) return;
  // A candidate that reaches most of the cells is better off without them.
  const double mean_x = std::min(1.0, 2 * extent.reach_x / extent.count / width);
  const double mean_y = std::min(1.0, 2 * extent.reach_y / extent.count / height);
  if (mean_x * mean_y > 0.5) return;
  const float cells = static_cast<float>(extent.count) / candidates_per_cell;
  const float columns = std::clamp(std::sqrt(cells) * std::sqrt(width / height), 1.0F, largest_side);
  const float rows = std::clamp(cells / columns, 1.0F, largest_side);
  grid.columns = static_cast<std::int32_t>(columns);
  grid.rows = static_cast<std::int32_t>(rows);
  grid.cells_per_x = static_cast<float>(grid.columns) / width;
  grid.cells_per_y = static_cast<float>(grid.rows) / height;
}

}  // namespace

KeptBoxes::KeptBoxes(std::span<const Candidate> candidates, std::int32_t groups, const Screen& screen)
    : candidates_(candidates), screen_(screen), grids_(static_cast<std::size_t>(groups)) {
  for (const auto& box : candidates) {
    if (box.group < 0) continue;
    auto& grid = grids_[static_cast<std::size_t>(box.group)];
    grid.largest_width = std::max(grid.largest_width, box.x2 - box.x1);
    grid.largest_height = std::max(grid.largest_height, box.y2 - box.y1);
  }
  std::vector<GroupExtent> extents(grids_.size());
  for (const auto& box : candidates) {
    if (box.group < 0) continue;
    const auto& grid = grids_[static_cast<std::size_t>(box.group)];
    auto& extent = extents[static_cast<std::size_t>(box.group)];
    const auto center = center_of(box);
    ++extent.count;
    extent.left = std::min(extent.left, center.x);
    extent.right = std::max(extent.right, center.x);
    extent.top = std::min(extent.top, center.y);
    extent.bottom = std::max(extent.bottom, center.y);
    extent.smallest_area = std::min(extent.smallest_area, box.area);
    extent.reach_x += reach(box.x1, box.x2, grid.largest_width, screen);
    extent.reach_y += reach(box.y1, box.y2, grid.largest_height, screen);
  }
  std::int32_t cells = 0;
  for (std::size_t group = 0; group < grids_.size(); ++group) {
    auto& grid = grids_[group];
    grid.left = extents[group].left;
    grid.top = extents[group].top;
    choose_grid(grid, extents[group]);
    grid.first_cell = cells;
    cells += grid.columns * grid.rows;
  }
  cells_.resize(static_cast<std::size_t>(cells));
}

CellRange KeptBoxes::cells_near(const Candidate& box) const {
  const auto& grid = grids_[static_cast<std::size_t>(box.group)];
  const auto center = center_of(box);
  const float x = reach(box.x1, box.x2, grid.largest_width, screen_);
  const float y = reach(box.y1, box.y2, grid.largest_height, screen_);
  return {cell_index(center.y - y, grid.top, grid.cells_per_y, grid.rows),
          cell_index(center.y + y, grid.top, grid.cells_per_y, grid.rows),
          cell_index(center.x - x, grid.left, grid.cells_per_x, grid.columns),
          cell_index(center.x + x, grid.left, grid.cells_per_x, grid.columns)};
}

void KeptBoxes::insert(std::int32_t rank) {
  const auto& box = candidates_[static_cast<std::size_t>(rank)];
  const auto& grid = grids_[static_cast<std::size_t>(box.group)];
  const auto center = center_of(box);
  const auto column = cell_index(center.x, grid.left, grid.cells_per_x, grid.columns);
  const auto row = cell_index(center.y, grid.top, grid.cells_per_y, grid.rows);
  auto& cell = cells_[static_cast<std::size_t>(grid.first_cell + row * grid.columns + column)];
  if (cell.last < 0 || block(cell.last).used == static_cast<std::int32_t>(kept_block_size)) {
    const auto added = static_cast<std::int32_t>(blocks_.size());
    blocks_.emplace_back();
    blocks_.back().next = -1;
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
