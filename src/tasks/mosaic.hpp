// A label map put together from those of tiles.
#pragma once

#include <cstdint>
#include <vector>

#include <visionkit/core/detections.hpp>
#include <visionkit/core/label_map.hpp>

namespace visionkit {

class Mosaic {
 public:
  /// Throws image_too_large when the answer would have more than `max_pixels`.
  Mosaic(Size size, std::uint64_t max_pixels);

  /// Takes what the map of `tile` says inside `core`. Throws image_too_large, model_contract when it has scores of
  /// other classes than the tiles before.
  void place(const LabelMap& map, const PixelBox& tile, const PixelBox& core);
  [[nodiscard]] LabelMap finish() &&;

 private:
  void place_scores(const LabelMap& map, const PixelBox& tile, const PixelBox& core);

  Size size_;
  std::uint64_t max_pixels_;
  std::vector<std::uint16_t> ids_;  // void is 0xFFFF until the bits are known
  bool is_wide_ = false;
  std::vector<float> confidence_;
  std::vector<float> class_scores_;
  std::int64_t classes_ = 0;
};

}  // namespace visionkit
