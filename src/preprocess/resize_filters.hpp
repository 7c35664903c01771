// One function a tool: see resize_into() for what they share. The caller has handled equal sizes.
#pragma once

#include <vector>

#include "preprocess/resize.hpp"

namespace visionkit {

/// What part of a picture is shown, with edges between pixels; Pillow's `box`.
struct SourceRegion {
  float x1 = 0;
  float y1 = 0;
  float x2 = 0;
  float y2 = 0;
};

void resize_like_pillow(const PartialImage& image, const SourceRegion& region, const ResizeRequest& request,
                        std::uint8_t* out, std::ptrdiff_t stride);
void resize_like_opencv(const PartialImage& image, const ResizeRequest& request, std::uint8_t* out,
                        std::ptrdiff_t stride);
void resize_like_torch(const PartialImage& image, const ResizeRequest& request, std::uint8_t* out,
                       std::ptrdiff_t stride);

/// `planes` pictures of `source` floats, one after the other, into as many of request.size.
void resize_planes_like_torch(const float* values, std::size_t planes, Size source, const ResizeRequest& request,
                              float* out);
/// Pixels of `channels` floats.
void resize_floats_like_opencv(const float* values, Size source, int channels, const ResizeRequest& request,
                               float* out);

/// Which source pixel every pixel of the window is a copy of.
struct PixelPositions {
  std::vector<int> columns;
  std::vector<int> rows;
};
void gather_pixels(const PartialImage& image, const PixelPositions& positions, std::uint8_t* out,
                   std::ptrdiff_t stride);

}  // namespace visionkit
