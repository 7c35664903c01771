#include <visionkit/decode/anchors.hpp>

#include <algorithm>
#include <cmath>

#include <visionkit/decode/boxes.hpp>

#include "core/fail.hpp"

namespace visionkit {
namespace {

constexpr int largest_extent = 65536;

void check_extent(const char* field, int value, int least) {
  if (value < least || value > largest_extent) {
    fail(ErrorCode::invalid_option, "{} is {}, expected {}..{}", field, value, least, largest_extent);
  }
}

void check_positive(const char* field, float value) {
  if (!(value > 0 && std::isfinite(value))) fail(ErrorCode::invalid_option, "{} is {}, expected above 0", field, value);
}

void check_input(Size input) {
  check_extent("input width", input.width, 1);
  check_extent("input height", input.height, 1);
}

}  // namespace

std::vector<ModelBox> ssd_anchors(const SsdAnchorOptions& options, Size input) {
  return guarded("ssd_anchors", [&] {
    check_input(input);
    if (options.scales.size() != options.levels.size() + 1) {
      fail(ErrorCode::invalid_option, "scales has {} values, expected {}: one for each level and one more",
           options.scales.size(), options.levels.size() + 1);
    }
    for (const auto scale : options.scales) check_positive("scales", scale);
    const auto width = static_cast<float>(input.width);
    const auto height = static_cast<float>(input.height);
    std::vector<ModelBox> anchors;
    for (std::size_t k = 0; k < options.levels.size(); ++k) {
      const auto& level = options.levels[k];
      check_extent("grid width", level.grid.width, 1);
      check_extent("grid height", level.grid.height, 1);
      check_extent("stride", level.stride, 0);
      const float scale = options.scales[k];
      const float larger = std::sqrt(scale * options.scales[k + 1]);
      std::vector<std::pair<float, float>> sides = {{scale, scale}, {larger, larger}};
      for (const auto ratio : level.aspect_ratios) {
        check_positive("aspect_ratios", ratio);
        const float root = std::sqrt(ratio);
        sides.emplace_back(scale * root, scale / root);
        sides.emplace_back(scale / root, scale * root);
      }
      const auto stride = static_cast<float>(level.stride);
      const float step_x = level.stride > 0 ? stride : width / static_cast<float>(level.grid.width);
      const float step_y = level.stride > 0 ? stride : height / static_cast<float>(level.grid.height);
      for (int row = 0; row < level.grid.height; ++row) {
        for (int column = 0; column < level.grid.width; ++column) {
          const float x = (static_cast<float>(column) + 0.5F) * step_x;
          const float y = (static_cast<float>(row) + 0.5F) * step_y;
          for (const auto& [w, h] : sides) {
            anchors.push_back(to_box(ModelCenterBox{x, y, std::min(w, 1.0F) * width, std::min(h, 1.0F) * height}));
          }
        }
      }
    }
    return anchors;
  });
}

std::vector<ModelBox> retinanet_anchors(const RetinanetAnchorOptions& options, Size input) {
  return guarded("retinanet_anchors", [&] {
    check_input(input);
    for (const auto ratio : options.aspect_ratios) check_positive("aspect_ratios", ratio);
    std::vector<ModelBox> anchors;
    for (const auto& level : options.levels) {
      check_extent("stride", level.stride, 1);
      std::vector<ModelBox> shapes;
      for (const auto ratio : options.aspect_ratios) {
        for (const auto size : level.sizes) {
          check_positive("sizes", size);
          const float height = std::sqrt(ratio) * size;
          const float width = 1 / std::sqrt(ratio) * size;
          // torch.round: halves to even.
          shapes.push_back({std::nearbyint(-width / 2), std::nearbyint(-height / 2), std::nearbyint(width / 2),
                            std::nearbyint(height / 2)});
        }
      }
      const int columns = (input.width + level.stride - 1) / level.stride;
      const int rows = (input.height + level.stride - 1) / level.stride;
      for (int row = 0; row < rows; ++row) {
        for (int column = 0; column < columns; ++column) {
          const auto x = static_cast<float>(column * (input.width / columns));
          const auto y = static_cast<float>(row * (input.height / rows));
          for (const auto& shape : shapes) anchors.push_back({shape.x1 + x, shape.y1 + y, shape.x2 + x, shape.y2 + y});
        }
      }
    }
    return anchors;
  });
}

}  // namespace visionkit
