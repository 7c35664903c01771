// Filled areas, frames and text on an rgb8 picture. Everything is clipped to the picture.
#pragma once

#include <string>
#include <string_view>

#include <visionkit/image/draw.hpp>

namespace visionkit {

/// Paints an area; opacity 1 covers what was there.
void fill(Image& image, const PixelBox& area, Color color, double opacity = 1);

enum class FrameStyle { solid, dashed, corners };

/// A frame of `width` pixels whose outer edge is `outer`, with a rim in another colour outside and inside of it.
struct Frame {
  PixelBox outer;
  int width = 1;
  int rim = 0;
  FrameStyle style = FrameStyle::solid;
  Color color;
  Color rim_color;
};
void draw_frame(Image& image, const Frame& frame);

/// Printable ASCII for UTF-8: Latin letters lose their accents, any other character, control characters and broken
/// bytes included, becomes '?'.
std::string to_ascii(std::string_view text);

/// Pixels that an ASCII text takes when its capital letters are `height` pixels high, at least 5.
int text_width(const std::string& text, int height);

/// Pixels that letters such as g and y reach below the line.
int text_depth(int height);

/// The text cut at its end to at most `width` pixels, with "..." in place of what is missing where that leaves room for
/// the name; empty when not even two letters fit.
std::string shortened(const std::string& text, int height, int width);

/// Draws an ASCII text. `left` is its first column, `baseline` the row below its capital letters.
void draw_text(Image& image, const std::string& text, int left, int baseline, int height, Color color);

}  // namespace visionkit
