// Pictures of results: boxes with labels, a caption with the best classes, predictions against the truth. Line width
// and text follow the size of the picture. A class has the same colour in every picture, by its name. Every function
// leaves its arguments alone, gives an rgb8 picture of the same size and is safe to call from many threads.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <visionkit/core/config.hpp>
#include <visionkit/core/detections.hpp>
#include <visionkit/core/labels.hpp>
#include <visionkit/core/results.hpp>
#include <visionkit/image/image.hpp>

namespace visionkit {

struct Color {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
  friend constexpr bool operator==(const Color&, const Color&) = default;
};

/// The colour in which a class of this name is drawn, for legends of your own: by a hash of the name one of 21, which
/// are the seven hues of Okabe and Ito, "Color Universal Design" (2008), each also lighter and darker. Different names
/// may share one.
[[nodiscard]] VISIONKIT_API Color class_color(std::string_view name) noexcept;

/// How a label shows the score of a detection.
enum class ScoreStyle {
  number,  ///< two digits after the point
  bar,     ///< a bar under the name, as long as the label for 1
  number_and_bar,
  none,
};

VISIONKIT_API std::string_view to_string(ScoreStyle style) noexcept;

struct DrawOptions {
  Labels labels = {};                           ///< class names; a class without one is drawn by its number
  ScoreStyle score_style = ScoreStyle::number;  ///< of detections; a caption always shows number and bar
  int line_width = 0;         ///< of boxes, 1..1000 pixels; 0: by the size of the picture, 2 at 640x480
  int text_height = 0;        ///< of capital letters, 5..1000 pixels; 0: by the size of the picture, 10 at 640x480
  double mask_opacity = 0.4;  ///< of the tint of masks, 0..1
  int max_classes = 5;        ///< lines of a caption, 1..1000; fewer when the picture is too low
};

/// Boxes with labels, and masks tinted and outlined where detections have them. Labels stay inside the picture and off
/// each other; when there is no room for all, high scores come first and the others are boxes without a label. Long
/// names are cut. Boxes that are NaN, outside or without area are not drawn, masks of another size than the picture are
/// refused. Letters beyond ASCII lose their accents or become '?'. Pictures below 100 pixels are better enlarged first.
/// Throws invalid_argument (a view that check_view() refuses, a mask of another size), invalid_option, out_of_memory.
[[nodiscard]] VISIONKIT_API Image draw(const ImageView& image, std::span<const Detection> detections,
                                       const DrawOptions& options = {});

/// A caption in the top left corner: the best classes with their probabilities. Throws as above.
[[nodiscard]] VISIONKIT_API Image draw(const ImageView& image, const Classification& result,
                                       const DrawOptions& options = {});

/// What judge() says about predictions: a hit is a solid green box, a false positive a dashed orange one marked
/// "false", a missed object four corners around a tint of blue marked "missed". Labels of errors come first. Throws as
/// above.
[[nodiscard]] VISIONKIT_API Image draw(const ImageView& image, std::span<const JudgedDetection> judged,
                                       const DrawOptions& options = {});

}  // namespace visionkit
