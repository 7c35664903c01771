// The work on one picture: resize what the network sees, normalize it into the network's input.
#pragma once

#include <cstddef>

#include <visionkit/image/image.hpp>
#include <visionkit/preprocess/options.hpp>
#include <visionkit/preprocess/transform.hpp>

#include "image/partial.hpp"
#include "preprocess/normalize.hpp"

namespace visionkit {

/// Whether the options resize floats 0..1 instead of bytes.
[[nodiscard]] constexpr bool resizes_floats(const PreprocessOptions& options) {
  return options.resize.mode != ResizeMode::none && options.resize.interpolation >= Interpolation::torch_nearest &&
         options.dtype != DType::uint8;
}

/// The part of a picture that run_pass() looks at.
PicturePart needed_part(const PreprocessOptions& options, const TransformGeometry& geometry);

/// Fills the whole input of one picture. Options and view have been checked, the geometry is theirs, the needed part is
/// there. Scratch memory belongs to the calling thread and is kept.
void run_pass(const PreprocessOptions& options, const Normalizer& normalizer, const PartialImage& image,
              const TransformGeometry& geometry, std::byte* input);

}  // namespace visionkit
