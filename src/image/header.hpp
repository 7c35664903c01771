// The first look at encoded bytes: which format, allowed or not, and its header within the limits.
#pragma once

#include "image/codec.hpp"

namespace visionkit {

/// Throws invalid_option for options out of range.
void check_options(const ReadOptions& options);

/// Allocates nothing that grows with what the header claims.
/// Throws invalid_argument, image_too_large, unsupported_image (naming what was recognised), image_corrupt.
ImageHeader read_header(Bytes bytes, const ReadOptions& options);

}  // namespace visionkit
