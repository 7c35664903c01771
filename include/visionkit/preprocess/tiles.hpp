// Pictures that are larger than what a network takes, cut into overlapping tiles. Detector and Segmenter do it when
// their options ask for it.
#pragma once

#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/detections.hpp>
#include <visionkit/core/geometry.hpp>

namespace visionkit {

struct TileOptions {
  /// Of a tile, in pixels of the picture, at least 1 x 1. 0 x 0: the size of the network's input.
  Size size = {};
  /// The part of a tile that at least lies in its neighbour, too, 0..0.9. An object that is not larger than this part
  /// is whole in some tile.
  double overlap = 0.2;
  friend bool operator==(const TileOptions&, const TileOptions&) = default;
};

/// Throws invalid_option with field, value and range.
VISIONKIT_API void check_options(const TileOptions& options);

/// Tiles of equal size that cover a picture, row by row. Their number is the smallest that keeps the overlap; they are
/// spread evenly, the first and the last touch the edges. A side that is not longer than a tile has one tile of its own
/// length. Throws invalid_option, also for a size of 0 x 0; invalid_argument for an empty picture.
[[nodiscard]] VISIONKIT_API std::vector<PixelBox> plan_tiles(Size image, const TileOptions& options);

/// The part of each tile that no other one answers for: neighbours meet in the middle of what they share. In the order
/// of the tiles; together they are the whole picture. Throws as plan_tiles().
[[nodiscard]] VISIONKIT_API std::vector<PixelBox> tile_cores(Size image, const TileOptions& options);

}  // namespace visionkit
