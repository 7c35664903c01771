#include <visionkit/preprocess/tiles.hpp>

#include <cmath>

#include "core/fail.hpp"

namespace visionkit {
namespace {

constexpr double max_overlap = 0.9;

struct Interval {
  int begin;
  int end;
};

// Tiles along one side of a picture.
std::vector<Interval> along(int length, int tile, double overlap) {
  if (length <= tile) return {{0, length}};
  // The largest step that still shares the part that was asked for.
  const double step = std::max(1.0, std::floor(tile * (1 - overlap)));
  const auto count = static_cast<int>(std::ceil((length - tile) / step)) + 1;
  std::vector<Interval> tiles;
  for (int i = 0; i < count; ++i) {
    const auto begin = static_cast<int>(std::int64_t{length - tile} * i / (count - 1));
    tiles.push_back({begin, begin + tile});
  }
  return tiles;
}

std::vector<Interval> cores_of(const std::vector<Interval>& tiles) {
  auto cores = tiles;
  for (std::size_t i = 1; i < tiles.size(); ++i) {
    cores[i - 1].end = cores[i].begin = tiles[i].begin + (tiles[i - 1].end - tiles[i].begin) / 2;
  }
  return cores;
}

template <class Choose>
std::vector<PixelBox> grid(Size image, const TileOptions& options, Choose&& choose) {
  return guarded("planning tiles", [&] {
    check_options(options);
    if (options.size == Size{}) fail(ErrorCode::invalid_option, "tiles.size is 0x0, expected at least 1x1");
    if (image.width <= 0 || image.height <= 0)
      fail(ErrorCode::invalid_argument, "a picture of {} cannot be cut into tiles", to_string(image));
    const auto columns = choose(along(image.width, options.size.width, options.overlap));
    const auto rows = choose(along(image.height, options.size.height, options.overlap));
    std::vector<PixelBox> boxes;
    boxes.reserve(rows.size() * columns.size());
    for (const auto& row : rows) {
      for (const auto& column : columns) boxes.push_back({column.begin, row.begin, column.end, row.end});
    }
    return boxes;
  });
}

}  // namespace

void check_options(const TileOptions& options) {
  const auto [width, height] = options.size;
  if (options.size != Size{} && (width < 1 || height < 1)) {
    fail(ErrorCode::invalid_option, "tiles.size is {}, expected at least 1x1, or 0x0 for the network's input",
         to_string(options.size));
  }
  if (!(options.overlap >= 0 && options.overlap <= max_overlap))
    fail(ErrorCode::invalid_option, "tiles.overlap is {}, expected 0..{}", options.overlap, max_overlap);
}

std::vector<PixelBox> plan_tiles(Size image, const TileOptions& options) {
  return grid(image, options, [](std::vector<Interval> tiles) { return tiles; });
}

std::vector<PixelBox> tile_cores(Size image, const TileOptions& options) { return grid(image, options, cores_of); }

}  // namespace visionkit
