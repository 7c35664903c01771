#include "image/paint.hpp"

#include <algorithm>

#include <opencv2/imgproc.hpp>

#include "image/palette.hpp"

namespace visionkit {
namespace {

void tint(std::uint8_t* pixel, Color color, double opacity) {
  const auto painted = opacity >= 1 ? color : mix({pixel[0], pixel[1], pixel[2]}, color, opacity);
  pixel[0] = painted.red;
  pixel[1] = painted.green;
  pixel[2] = painted.blue;
}

// The part of a mask inside `box`, as a picture of 0 and 255.
cv::Mat1b bitmap_of(const Mask& mask, const PixelBox& box) {
  cv::Mat1b bitmap(box.height(), box.width(), std::uint8_t{0});
  const auto height = static_cast<std::uint64_t>(mask.size().height);
  std::uint64_t position = 0;
  bool is_inside = false;
  for (const auto length : mask.runs()) {
    const auto end = position + length;
    while (is_inside && position < end) {  // a run may go on in the next column
      const auto column = position / height;
      const auto stop = std::min(end, (column + 1) * height);
      for (auto at = position; at < stop; ++at)
        bitmap(static_cast<int>(at - column * height) - box.y1, static_cast<int>(column) - box.x1) = 255;
      position = stop;
    }
    position = end;
    is_inside = !is_inside;
  }
  return bitmap;
}

// What is left of an area when `by` pixels are taken off its edge; the edge of the bitmap is one, too.
cv::Mat1b shrunk(const cv::Mat1b& bitmap, int by) {
  cv::Mat1b inner;
  const auto kernel = cv::getStructuringElement(cv::MORPH_ELLIPSE, {2 * by + 1, 2 * by + 1});
  cv::erode(bitmap, inner, kernel, {-1, -1}, 1, cv::BORDER_CONSTANT, cv::Scalar(0));
  return inner;
}

}  // namespace

void paint_mask(Image& image, const Mask& mask, const AreaStyle& style) {
  const auto around = mask.bounding_box();
  const PixelBox box = {static_cast<int>(around.x1), static_cast<int>(around.y1), static_cast<int>(around.x2),
                        static_cast<int>(around.y2)};
  if (box.is_empty()) return;
  const auto area = bitmap_of(mask, box);
  const auto inner = style.edge > 0 ? shrunk(area, style.edge) : area;
  for (int y = 0; y < box.height(); ++y) {
    auto* pixel = image.row(box.y1 + y) + 3 * std::ptrdiff_t{box.x1};
    for (int x = 0; x < box.width(); ++x, pixel += 3) {
      if (area(y, x) != 0) tint(pixel, style.color, inner(y, x) != 0 ? style.opacity : 1);
    }
  }
}

void paint_regions(Image& image, const Regions& regions,
                   const std::function<const AreaStyle*(std::uint32_t)>& style_of) {
  const auto [width, height] = regions.size;
  const auto id = [&, width = width](int x, int y) {
    return regions.ids[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)];
  };
  const AreaStyle* style = nullptr;
  std::uint32_t known = 0;
  bool is_first = true;
  for (int y = 0; y < height; ++y) {
    auto* pixel = image.row(y);
    for (int x = 0; x < width; ++x, pixel += 3) {
      const auto here = id(x, y);
      if (is_first || here != known) style = style_of(here), known = here, is_first = false;
      if (style == nullptr) continue;
      bool is_edge = false;
      for (int step = 1; step <= style->edge && !is_edge; ++step) {
        is_edge = (x >= step && id(x - step, y) != here) || (x + step < width && id(x + step, y) != here) ||
                  (y >= step && id(x, y - step) != here) || (y + step < height && id(x, y + step) != here);
      }
      tint(pixel, style->color, is_edge ? 1 : style->opacity);
    }
  }
}

}  // namespace visionkit
