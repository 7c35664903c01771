// Turning pictures by the eight EXIF orientations.
#pragma once

#include <visionkit/image/image.hpp>

namespace visionkit {

/// The size of a picture after turning: orientations 5 to 8 swap the sides.
Size oriented_size(Size size, int orientation);

/// Writes `source` turned upright to `target`, which has oriented_size() and rows without padding.
void orient(const ImageView& source, int orientation, std::uint8_t* target);

}  // namespace visionkit
