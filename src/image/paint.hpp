// Areas of any shape on an rgb8 picture: a tint and a line along the inner edge.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <visionkit/core/mask.hpp>

#include "image/canvas.hpp"

namespace visionkit {

struct AreaStyle {
  Color color;
  double opacity = 0.4;  ///< of the tint; 0 leaves the area as it is
  int edge = 1;          ///< width of the opaque line along the inner edge; 0: none
};

/// The mask has the size of the picture.
void paint_mask(Image& image, const Mask& mask, const AreaStyle& style);

/// A picture cut into regions: every pixel has the number of its region. Two pixels of different regions that touch
/// have an edge between them. Regions without a style stay as they are.
struct Regions {
  Size size;
  std::vector<std::uint32_t> ids;  ///< row-major
};
void paint_regions(Image& image, const Regions& regions,
                   const std::function<const AreaStyle*(std::uint32_t)>& style_of);

}  // namespace visionkit
