#include "tasks/mosaic.hpp"

#include <algorithm>
#include <utility>

#include "core/fail.hpp"

namespace visionkit {
namespace {

constexpr std::uint16_t wide_void = 0xFFFF;

void check_pixels(std::uint64_t pixels, std::uint64_t max_pixels) {
  if (pixels <= max_pixels) return;
  fail(ErrorCode::image_too_large, "the label map would have {} values, max_pixels is {}", pixels, max_pixels);
}

}  // namespace

Mosaic::Mosaic(Size size, std::uint64_t max_pixels) : size_(size), max_pixels_(max_pixels) {
  const auto pixels = static_cast<std::uint64_t>(size.width) * static_cast<std::uint64_t>(size.height);
  check_pixels(pixels, max_pixels);
  ids_.assign(pixels, wide_void);
}

void Mosaic::place(const LabelMap& map, const PixelBox& tile, const PixelBox& core) {
  is_wide_ = is_wide_ || map.bits() == 16;
  const auto place_ids = [&](const auto* from) {
    const auto void_id = map.void_id().value;
    for (int y = core.y1; y < core.y2; ++y) {
      const auto* const row = from + static_cast<std::ptrdiff_t>(y - tile.y1) * map.size().width + core.x1 - tile.x1;
      auto* const to = ids_.data() + static_cast<std::ptrdiff_t>(y) * size_.width + core.x1;
      std::transform(row, row + core.width(), to,
                     [&](auto id) { return id == void_id ? wide_void : static_cast<std::uint16_t>(id); });
    }
  };
  if (map.bits() == 16)
    place_ids(map.ids_16bit().data());
  else
    place_ids(map.ids_8bit().data());
  place_scores(map, tile, core);
}

void Mosaic::place_scores(const LabelMap& map, const PixelBox& tile, const PixelBox& core) {
  const auto copy_rows = [&](const float* from, float* to) {
    for (int y = core.y1; y < core.y2; ++y) {
      const auto* const row = from + static_cast<std::ptrdiff_t>(y - tile.y1) * map.size().width;
      std::copy_n(row + core.x1 - tile.x1, core.width(), to + static_cast<std::ptrdiff_t>(y) * size_.width + core.x1);
    }
  };
  if (!map.confidence().empty()) {
    confidence_.resize(ids_.size());
    copy_rows(map.confidence().data(), confidence_.data());
  }
  const auto& scores = map.class_scores();
  if (scores.shape().size() != 3) return;
  if (classes_ != 0 && classes_ != scores.shape()[0]) {
    fail(ErrorCode::model_contract, "the network answered {} classes for one tile and {} for another", classes_,
         scores.shape()[0]);
  }
  classes_ = scores.shape()[0];
  check_pixels(ids_.size() * static_cast<std::uint64_t>(classes_), max_pixels_);
  class_scores_.resize(ids_.size() * static_cast<std::size_t>(classes_));
  const auto values = scores.floats();
  const auto tile_pixels = values.size() / static_cast<std::size_t>(classes_);
  for (std::size_t c = 0; c < static_cast<std::size_t>(classes_); ++c)
    copy_rows(values.data() + c * tile_pixels, class_scores_.data() + c * ids_.size());
}

LabelMap Mosaic::finish() && {
  LabelScores scores = {.confidence = std::move(confidence_)};
  if (classes_ != 0) scores.classes = Tensor({classes_, size_.height, size_.width}, std::move(class_scores_));
  if (is_wide_) return {std::move(ids_), size_, std::move(scores)};
  std::vector<std::uint8_t> narrow(ids_.size());
  std::transform(ids_.begin(), ids_.end(), narrow.begin(), [](auto id) { return static_cast<std::uint8_t>(id); });
  return {std::move(narrow), size_, std::move(scores)};
}

}  // namespace visionkit
