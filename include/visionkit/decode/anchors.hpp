// The boxes that anchor-based detectors measure their answers from, by the rules of torchvision's generators.
#pragma once

#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/geometry.hpp>

namespace visionkit {

/// One feature map of an SSD network.
struct SsdLevel {
  Size grid = {};                         ///< cells
  int stride = 0;                         ///< input pixels for each cell; 0: input size / grid size
  std::vector<float> aspect_ratios = {};  ///< beside 1; each gives a wide and a tall box
};

/// Liu et al., "SSD", 2016, as torchvision's DefaultBoxGenerator.
struct SsdAnchorOptions {
  std::vector<SsdLevel> levels = {};
  /// Side of the square box of each level, and one more for the last level's larger square; of the input, 0..1.
  std::vector<float> scales = {};
};

/// By level, row, column; in each cell the square, the larger square, then for each ratio the wide and the tall box.
/// Sides are at most the input's. Throws invalid_option, out_of_memory.
[[nodiscard]] VISIONKIT_API std::vector<ModelBox> ssd_anchors(const SsdAnchorOptions& options, Size input);

/// One feature map of a RetinaNet, or of another network with torchvision's AnchorGenerator.
struct RetinanetLevel {
  int stride = 0;                 ///< input pixels for each cell; the grid is the input size over it, rounded up
  std::vector<float> sizes = {};  ///< square roots of the areas, pixels
};

struct RetinanetAnchorOptions {
  std::vector<RetinanetLevel> levels = {
      {8, {32, 40, 50}}, {16, {64, 80, 101}}, {32, {128, 161, 203}}, {64, {256, 322, 406}}, {128, {512, 645, 812}}};
  std::vector<float> aspect_ratios = {0.5F, 1, 2};  ///< height over width
};

/// By level, row, column, ratio, size. Corners are whole pixels around the cell's first pixel.
/// Throws invalid_option, out_of_memory.
[[nodiscard]] VISIONKIT_API std::vector<ModelBox> retinanet_anchors(const RetinanetAnchorOptions& options, Size input);

}  // namespace visionkit
