// Lines of text on a dark ground: the legend below a map, the title above a panel.
#pragma once

#include <span>
#include <string>

#include <visionkit/image/draw.hpp>

#include "image/draw_look.hpp"

namespace visionkit {

struct LegendEntry {
  Color color;
  std::string text;
};

/// The picture with as many rows of entries below it as they need, in columns of equal width. Long texts are cut.
Image with_legend(Image image, std::span<const LegendEntry> entries, const DrawLook& look);

}  // namespace visionkit
