#include "image/legend.hpp"

#include <algorithm>

#include "image/canvas.hpp"

namespace visionkit {
namespace {

constexpr Color ground = {32, 32, 32};
constexpr Color ink = {240, 240, 240};

}  // namespace

Image with_legend(Image image, std::span<const LegendEntry> entries, const DrawLook& look) {
  if (entries.empty()) return image;
  const int swatch = look.text;
  const int before_text = swatch + 2 * look.margin;
  int widest = 0;
  for (const auto& entry : entries) widest = std::max(widest, text_width(to_ascii(entry.text), look.text));
  const int room = image.width() - look.margin;
  const int column = std::min(before_text + widest + 2 * look.margin, room);
  const int columns = std::max(1, room / std::max(1, column));
  const int rows = (static_cast<int>(entries.size()) + columns - 1) / columns;

  Image result({image.width(), image.height() + rows * look.row + look.margin}, PixelFormat::rgb8);
  std::copy(image.pixels().begin(), image.pixels().end(), result.pixels().begin());
  fill(result, {0, image.height(), result.width(), result.height()}, ground);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const int left = look.margin + static_cast<int>(i) % columns * column;
    const int top = image.height() + look.margin / 2 + static_cast<int>(i) / columns * look.row;
    const int baseline = top + look.baseline();
    fill(result, {left, baseline - swatch, left + swatch, baseline}, entries[i].color);
    const auto text = shortened(to_ascii(entries[i].text), look.text, column - before_text);
    if (!text.empty()) draw_text(result, text, left + swatch + look.margin, baseline, look.text, ink);
  }
  return result;
}

}  // namespace visionkit
