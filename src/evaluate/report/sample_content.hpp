// What a picture shows, in the size in which the picture is drawn. Areas take the class of the nearest pixel.
#pragma once

#include <visionkit/core/geometry.hpp>
#include <visionkit/evaluate/evaluation.hpp>

namespace visionkit {

/// The size of a picture that fits into `width` x 1.25 width. Small pictures grow by whole factors, so that pixels stay
/// pixels.
Size shown_size(Size size, int width);

/// `content` of a picture of size `from` in a picture of size `to`.
PictureContent scale_content(const PictureContent& content, Size from, Size to);

}  // namespace visionkit
