// The caption of a classification: a darkened panel with a line and a bar for each class.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <visionkit/image/draw.hpp>

#include "core/fail.hpp"
#include "image/canvas.hpp"
#include "image/draw_look.hpp"
#include "image/palette.hpp"

namespace visionkit {
namespace {

constexpr Color black = {0, 0, 0};
constexpr Color white = {255, 255, 255};
constexpr double panel_opacity = 0.66;
constexpr double min_contrast = 5;  // of a bar to black

struct Line {
  std::string name;
  std::string score;
  float share;
  Color color;
};

std::vector<Line> lines_of(const Classification& result, const DrawOptions& options) {
  std::vector<Line> lines;
  for (const auto& [label, score] : result) {
    if (lines.size() == static_cast<std::size_t>(options.max_classes)) break;
    const auto name = options.labels[label];
    auto color = class_color(name);
    while (contrast(color, black) < min_contrast) color = mix(color, white, 0.2);
    lines.push_back(
        {to_ascii(name), fmt::format("{:.2f}", score), std::isnan(score) ? 0 : std::clamp(score, 0.0F, 1.0F), color});
  }
  return lines;
}

}  // namespace

Image draw(const ImageView& view, const Classification& result, const DrawOptions& options) {
  return guarded("drawing a classification", [&] {
    check_view(view);
    check_options(options);
    auto image = convert(view, PixelFormat::rgb8);
    const auto look = look_for(image.size(), {options.line_width, options.text_height});
    auto lines = lines_of(result, options);
    const int pitch = look.row + look.bar;
    const int border = std::min(image.width(), image.height()) < 100 ? 0 : look.margin;
    const int low = look.margin / 2;  // below the last bar
    lines.resize(
        std::min(lines.size(), static_cast<std::size_t>(std::max(image.height() - 2 * border - low, 0) / pitch)));

    const int room = image.width() - 2 * border - 2 * look.margin;
    int score_width = 0;
    for (const auto& line : lines)
      score_width = std::max(score_width, text_width(line.score, look.text) + 2 * look.margin);
    if (score_width > room / 2) score_width = 0;  // the names are more useful
    int name_width = 0;
    for (auto& line : lines) {
      line.name = shortened(line.name, look.text, room - score_width);
      name_width = std::max(name_width, text_width(line.name, look.text));
    }
    if (lines.empty() || name_width == 0) return image;
    const int width = std::min(std::max(name_width + score_width, 12 * look.text), room);

    const int left = border + look.margin;
    const int right = left + width;
    fill(image, {border, border, right + look.margin, border + static_cast<int>(lines.size()) * pitch + low}, black,
         panel_opacity);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const auto& line = lines[i];
      const int top = border + static_cast<int>(i) * pitch;
      draw_text(image, line.name, left, top + look.baseline(), look.text, white);
      if (score_width > 0) {
        draw_text(image, line.score, right - text_width(line.score, look.text), top + look.baseline(), look.text,
                  white);
      }
      const PixelBox track = {left, top + look.row, right, top + pitch};
      fill(image, track, white, 0.25);
      fill(image,
           {left, track.y1, left + static_cast<int>(std::lround(line.share * static_cast<float>(width))), track.y2},
           line.color);
    }
    return image;
  });
}

}  // namespace visionkit
