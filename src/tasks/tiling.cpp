#include "tasks/tiling.hpp"

#include <algorithm>

#include "core/fail.hpp"

namespace visionkit {

TileOptions resolved_tiles(const TileOptions& options, const std::optional<Size>& network_input) {
  check_options(options);
  auto resolved = options;
  if (resolved.size == Size{}) {
    if (!network_input) {
      fail(ErrorCode::invalid_option,
           "tiles.size is 0x0 and the network takes pictures of any size, expected the size of a tile");
    }
    resolved.size = *network_input;
  }
  return resolved;
}

ImageView part_of(const ImageView& image, const PixelBox& part) {
  return {image.row(part.y1) + std::ptrdiff_t{part.x1} * channels(image.format), part.width(), part.height(),
          image.stride, image.format};
}

void for_tiles(const ImageView& image, const std::vector<PixelBox>& tiles,
               const std::function<void(std::span<const ImageView>, std::size_t first)>& work) {
  std::vector<ImageView> views;
  for (std::size_t first = 0; first < tiles.size(); first += tiles_per_call) {
    views.clear();
    for (std::size_t i = first; i < std::min(tiles.size(), first + tiles_per_call); ++i)
      views.push_back(part_of(image, tiles[i]));
    work(views, first);
  }
}

void run_tiled(std::span<const ImageView> images, const std::optional<TileOptions>& tiles,
               const std::function<void(std::span<const ImageView>)>& whole,
               const std::function<void(const ImageView&)>& in_tiles) {
  const auto needs_tiles = [&](const ImageView& image) {
    return tiles && (image.width > tiles->size.width || image.height > tiles->size.height);
  };
  for (auto next = images.begin(); next != images.end();) {
    const auto end = std::find_if(next, images.end(), needs_tiles);
    if (end != next) whole({next, end});
    next = end;
    if (next != images.end()) in_tiles(*next++);
  }
}

}  // namespace visionkit
