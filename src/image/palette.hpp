// Arithmetic on colours for drawing.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <visionkit/image/draw.hpp>

namespace visionkit {

// What became of a prediction or of a true object.
inline constexpr Color hit_color = {0, 158, 115};
inline constexpr Color false_color = {230, 159, 0};
inline constexpr Color missed_color = {86, 180, 233};

/// Between a (0) and b (1), channel by channel.
Color mix(Color a, Color b, double share) noexcept;

/// A colour for each name, class_color() of it, or the next one of the palette that no name before it has, as long as
/// there are any.
std::vector<Color> distinct_colors(std::span<const std::string> names);

/// Black or white, whichever has the higher contrast ratio to `background` by WCAG 2.
Color contrasting(Color background) noexcept;

/// The contrast ratio of two colours by WCAG 2, 1..21.
double contrast(Color a, Color b) noexcept;

}  // namespace visionkit
