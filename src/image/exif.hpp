// The one thing that visionkit takes from EXIF: the orientation.
#pragma once

#include <cstdint>
#include <span>

namespace visionkit {

/// The orientation (1..8) in an EXIF block, with or without its "Exif" prefix; 1 for anything that is absent, damaged
/// or out of range. Looks at the first directory only and follows no link, so that cycles cannot happen.
int exif_orientation(std::span<const std::uint8_t> block);

}  // namespace visionkit
