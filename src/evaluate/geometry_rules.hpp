// What must be true of sizes where the truth is made of pixels.
#pragma once

#include <string>

#include <visionkit/core/geometry.hpp>
#include <visionkit/image/io.hpp>
#include <visionkit/segmenter.hpp>

#include "core/fail.hpp"

namespace visionkit {

/// Throws invalid_option for a reading that makes pictures smaller than their truth.
inline void check_geometry(const ReadOptions& reading) {
  if (reading.jpeg_reduction != 1) {
    fail(ErrorCode::invalid_option, "reading.jpeg_reduction is {}, expected 1: the truth is in pixels of the picture",
         reading.jpeg_reduction);
  }
}

/// Throws invalid_option for maps that are not of the picture's size.
inline void check_resolution(const Segmenter& segmenter) {
  const auto resolution = segmenter.options().resolution;
  if (resolution != MapResolution::image) {
    fail(ErrorCode::invalid_option,
         "resolution of the Segmenter is {}, expected {}: the truth is in pixels of the picture", to_string(resolution),
         to_string(MapResolution::image));
  }
}

/// Throws dataset_schema when the truth is for another size; 0 x 0 states none.
inline void check_size(const std::string& what, Size stated, Size found) {
  if (stated == Size{} || stated == found) return;
  fail(ErrorCode::dataset_schema,
       "{}: the data set says {}x{} pixels, the picture has {}x{}; expected the same (is it turned by its EXIF "
       "orientation?)",
       what, stated.width, stated.height, found.width, found.height);
}

}  // namespace visionkit
