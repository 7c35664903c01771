#include "image/canvas.hpp"

#include <algorithm>
#include <vector>

#include "image/palette.hpp"

namespace visionkit {
namespace {

PixelBox grown(const PixelBox& box, int by) { return {box.x1 - by, box.y1 - by, box.x2 + by, box.y2 + by}; }

struct Piece {
  int begin;
  int end;
};

// The painted pieces of an edge of `length` pixels. Every style paints the corners, so that the box stays readable.
std::vector<Piece> pieces_of(const Frame& frame, int length) {
  if (frame.style == FrameStyle::solid) return {{0, length}};
  if (frame.style == FrameStyle::corners) {
    const int arm = std::max(frame.width + 1, std::min(length / 3, 12 * frame.width));
    if (2 * arm >= length) return {{0, length}};
    return {{0, arm}, {length - arm, length}};
  }
  // Dash, gap, dash, ..., dash, stretched or squeezed to the length.
  const int dash = 4 * frame.width;
  const int gap = 3 * frame.width + 2 * frame.rim;
  const int count = std::max(2, (length + gap) / (dash + gap));
  const double scale = static_cast<double>(length) / (count * dash + (count - 1) * gap);
  std::vector<Piece> pieces;
  for (int i = 0; i < count; ++i) {
    const double begin = i * (dash + gap) * scale;
    const int first = std::min(static_cast<int>(begin + 0.5), length - 1);
    pieces.push_back({first, std::max(first + 1, static_cast<int>(begin + dash * scale + 0.5))});
  }
  return pieces;
}

std::vector<PixelBox> frame_areas(const Frame& frame) {
  const auto& o = frame.outer;
  const int w = std::min({frame.width, o.width(), o.height()});
  std::vector<PixelBox> areas;
  for (const auto& [begin, end] : pieces_of(frame, o.width())) {
    areas.push_back({o.x1 + begin, o.y1, o.x1 + end, o.y1 + w});
    areas.push_back({o.x1 + begin, o.y2 - w, o.x1 + end, o.y2});
  }
  for (const auto& [begin, end] : pieces_of(frame, o.height())) {
    areas.push_back({o.x1, o.y1 + begin, o.x1 + w, o.y1 + end});
    areas.push_back({o.x2 - w, o.y1 + begin, o.x2, o.y1 + end});
  }
  return areas;
}

}  // namespace

void fill(Image& image, const PixelBox& area, Color color, double opacity) {
  const int x1 = std::max(area.x1, 0);
  const int x2 = std::min(area.x2, image.width());
  for (int y = std::max(area.y1, 0); y < std::min(area.y2, image.height()); ++y) {
    auto* pixel = image.row(y) + 3 * std::ptrdiff_t{x1};
    for (int x = x1; x < x2; ++x, pixel += 3) {
      const auto painted = opacity >= 1 ? color : mix({pixel[0], pixel[1], pixel[2]}, color, opacity);
      pixel[0] = painted.red;
      pixel[1] = painted.green;
      pixel[2] = painted.blue;
    }
  }
}

void draw_frame(Image& image, const Frame& frame) {
  const auto areas = frame_areas(frame);
  if (frame.rim > 0) {
    for (const auto& area : areas) fill(image, grown(area, frame.rim), frame.rim_color);
  }
  for (const auto& area : areas) fill(image, area, frame.color);
}

}  // namespace visionkit
