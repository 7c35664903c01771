// Ink to light.
#pragma once

#include <array>
#include <cstdint>

namespace visionkit {

/// Red, green and blue of a CMYK pixel, 255 being full ink. Pillow's rule: nk - ink * nk / 255 with the quotient
/// rounded, where nk = 255 - black. OpenCV's differs by at most 1.
inline std::array<std::uint8_t, 3> rgb_from_cmyk(unsigned cyan, unsigned magenta, unsigned yellow, unsigned black) {
  const unsigned light = 255U - black;
  const auto remove = [light](unsigned ink) {
    const unsigned product = ink * light + 128U;
    return static_cast<std::uint8_t>(light - ((product + (product >> 8U)) >> 8U));
  };
  return {remove(cyan), remove(magenta), remove(yellow)};
}

}  // namespace visionkit
