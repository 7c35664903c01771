// Arithmetic on colours for drawing.
#pragma once

#include <visionkit/image/draw.hpp>

namespace visionkit {

/// Between a (0) and b (1), channel by channel.
Color mix(Color a, Color b, double share) noexcept;

/// Black or white, whichever has the higher contrast ratio to `background` by WCAG 2.
Color contrasting(Color background) noexcept;

/// The contrast ratio of two colours by WCAG 2, 1..21.
double contrast(Color a, Color b) noexcept;

}  // namespace visionkit
