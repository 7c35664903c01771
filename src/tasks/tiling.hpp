// Pictures that are cut into tiles before a network sees them.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include <visionkit/image/image.hpp>
#include <visionkit/preprocess/tiles.hpp>

namespace visionkit {

/// So many tiles go through the network in one call at most, so that the memory does not grow with the picture.
inline constexpr std::size_t tiles_per_call = 8;

/// The tiles of a picture, each as large as `options` or `network_input` says. Throws invalid_option when neither does.
TileOptions resolved_tiles(const TileOptions& options, const std::optional<Size>& network_input);

/// A part of a picture, without a copy.
ImageView part_of(const ImageView& image, const PixelBox& part);

/// Calls `work` with the views of a few tiles at a time and the number of the first.
void for_tiles(const ImageView& image, const std::vector<PixelBox>& tiles,
               const std::function<void(std::span<const ImageView>, std::size_t first)>& work);

/// The pictures in their order: neighbours that need no tiles together, each of the others alone.
void run_tiled(std::span<const ImageView> images, const std::optional<TileOptions>& tiles,
               const std::function<void(std::span<const ImageView>)>& whole,
               const std::function<void(const ImageView&)>& in_tiles);

}  // namespace visionkit
