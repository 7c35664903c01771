// COCO's rasteriser (maskApi.c, rleFrPoly): corners are rounded to a fifth of a pixel, every edge is walked in steps of
// one on its longer axis, and where the walk passes the middle of a column the row is noted at which the mask changes
// there. Ours computes those places only, by the same arithmetic, and only inside the picture: the work for one edge is
// bounded by the width of the picture however long the edge is.
#include <visionkit/core/polygons.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/fail.hpp"
#include "core/mask_runs.hpp"

namespace visionkit {
namespace {

constexpr std::int64_t scale = 5;
constexpr double max_coordinate = 1e8;
constexpr std::size_t kept_changes = std::size_t{1} << 20U;

struct Corner {
  std::int64_t x = 0;
  std::int64_t y = 0;
};

std::int64_t round_up(double value) { return static_cast<std::int64_t>(value + .5); }

Corner corner_of(const PolygonPoint& point) {
  const auto is_accepted = [](double value) { return std::abs(value) <= max_coordinate; };  // no NaN either
  if (!is_accepted(point.x) || !is_accepted(point.y)) {
    fail(ErrorCode::invalid_argument, "a polygon has the point ({}, {}), coordinates up to +-{} are accepted", point.x,
         point.y, max_coordinate);
  }
  return {round_up(scale * point.x), round_up(scale * point.y)};
}

// Where the colour changes, as places in the order of the runs. Pairs are cancelled before they fill the memory.
class Changes {
 public:
  explicit Changes(Size size) : height_(static_cast<std::uint32_t>(size.height)), limit_(kept_changes), places_() {}

  // `y` is the upper of the two rows of the fine grid.
  void add(std::int64_t column, std::int64_t y) {
    const auto row =
        std::ceil(std::clamp((static_cast<double>(y) + .5) / scale - .5, 0.0, static_cast<double>(height_)));
    places_.push_back(static_cast<std::uint32_t>(column) * height_ + static_cast<std::uint32_t>(row));
    if (places_.size() < limit_) return;
    cancel_pairs();
    limit_ = std::max(kept_changes, 2 * places_.size());
  }
  [[nodiscard]] std::vector<std::uint32_t> finish() && {
    cancel_pairs();
    return std::move(places_);
  }

 private:
  void cancel_pairs() {
    std::sort(places_.begin(), places_.end());
    std::size_t kept = 0;
    for (const auto place : places_) {
      if (kept > 0 && places_[kept - 1] == place) {
        --kept;
      } else {
        places_[kept++] = place;
      }
    }
    places_.resize(kept);
  }

  std::uint32_t height_;
  std::size_t limit_ = kept_changes;
  std::vector<std::uint32_t> places_;
};

// The walk along one edge passes from fine column 5 c + 2 to 5 c + 3, or back, at the middle of column c.
void add_edge(Corner from, Corner to, Size size, Changes& changes) {
  const auto dx = std::abs(to.x - from.x);
  const auto dy = std::abs(to.y - from.y);
  if (dx == 0) return;
  if (dx >= dy ? from.x > to.x : from.y > to.y) std::swap(from, to);
  const auto left = std::min(from.x, to.x);
  const auto right = std::max(from.x, to.x);
  if (right < 3) return;
  const auto first = std::max<std::int64_t>(0, (left - 2 + scale - 1) / scale);
  const auto last = std::min<std::int64_t>(size.width - 1, (right - 3) / scale);
  if (dx >= dy) {
    const auto slope = static_cast<double>(to.y - from.y) / static_cast<double>(dx);
    const auto row = [&](std::int64_t step) {
      return round_up(static_cast<double>(from.y) + slope * static_cast<double>(step));
    };
    for (auto column = first; column <= last; ++column) {
      const auto step = scale * column + 2 - from.x;
      changes.add(column, std::min(row(step), row(step + 1)));
    }
    return;
  }
  const auto slope = static_cast<double>(to.x - from.x) / static_cast<double>(dy);
  const auto fine_column = [&](std::int64_t step) {
    return round_up(static_cast<double>(from.x) + slope * static_cast<double>(step));
  };
  for (auto column = first; column <= last; ++column) {
    // The step before the one that is on the other side of the middle.
    std::int64_t low = 0;
    std::int64_t high = dy;
    const bool is_left = fine_column(low) <= scale * column + 2;
    while (high - low > 1) {
      const auto middle = low + (high - low) / 2;
      ((fine_column(middle) <= scale * column + 2) == is_left ? low : high) = middle;
    }
    changes.add(column, from.y + low);
  }
}

Mask rasterize_one(const Polygon& polygon, Size size) {
  const auto pixels = mask_pixels(size, "a mask of polygons");
  if (polygon.size() < 3) {
    fail(ErrorCode::invalid_argument, "a polygon has {} points, at least 3 are accepted", polygon.size());
  }
  Changes changes(size);
  const auto first = corner_of(polygon.front());
  auto from = first;
  for (std::size_t i = 1; i <= polygon.size(); ++i) {
    const auto to = i < polygon.size() ? corner_of(polygon[i]) : first;
    if (pixels > 0) add_edge(from, to, size, changes);
    from = to;
  }
  RunWriter writer(pixels);
  for (const auto place : std::move(changes).finish()) writer.toggle(place);
  return Mask::from_runs(std::move(writer).finish(), size);
}

}  // namespace

Mask rasterize(const Polygon& polygon, Size size) {
  return guarded("rasterizing a polygon", [&] { return rasterize_one(polygon, size); });
}

Mask rasterize(std::span<const Polygon> polygons, Size size) {
  return guarded("rasterizing polygons", [&] {
    std::vector<Mask> masks;
    masks.reserve(polygons.size());
    for (const auto& polygon : polygons) masks.push_back(rasterize_one(polygon, size));
    if (masks.empty()) return Mask::from_runs({mask_pixels(size, "a mask of polygons")}, size);
    return unite(masks);
  });
}

Mask Mask::from_box(const Box& box, Size size) {
  return rasterize(Polygon{{box.x1, box.y1}, {box.x1, box.y2}, {box.x2, box.y2}, {box.x2, box.y1}}, size);
}

}  // namespace visionkit
