// Resizing into the caller's memory, only the part that is needed: what resize() and Preprocessor are made of. Scratch
// memory belongs to the calling thread and is kept, so that nothing is allocated in the steady state.
#pragma once

#include <cstddef>
#include <cstdint>

#include <visionkit/preprocess/resize.hpp>
#include <visionkit/preprocess/transform.hpp>

#include "image/partial.hpp"

namespace visionkit {

/// What to compute: the picture resized to `size`, of that the pixels inside `window`.
struct ResizeRequest {
  Size size;
  PixelRect window;  ///< inside `size`, not empty
  Interpolation interpolation = Interpolation::pillow_bilinear;
};

/// Throws invalid_option for a size outside 1..65535.
void check_resize_size(Size size);

/// The part of a picture that the functions below look at: what the filter reaches and a little more, or everything for
/// the interpolations that OpenCV itself computes. The request has been checked.
PicturePart needed_part(Size image, const ResizeRequest& request);

/// Writes the window's rows to `out`, one every `stride` bytes, in the picture's format. The view and the request have
/// been checked, the needed part is there. Bytes between the end of a row and `stride` are left alone.
void resize_into(const PartialImage& image, const ResizeRequest& request, std::uint8_t* out, std::ptrdiff_t stride);

/// torch's interpolations on float32(value / 255), the result not rounded to bytes: what torchvision computes when a
/// picture becomes a tensor before it is resized. `out` takes channels() planes of window.height x window.width floats.
void resize_unit_floats(const PartialImage& image, const ResizeRequest& request, float* out);

}  // namespace visionkit
