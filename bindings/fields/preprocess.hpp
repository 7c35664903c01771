// The structs and enumerations of preprocess/.
#pragma once

#include <visionkit/preprocess/options.hpp>
#include <visionkit/preprocess/preprocess.hpp>
#include <visionkit/preprocess/resize.hpp>
#include <visionkit/preprocess/tiles.hpp>
#include <visionkit/preprocess/transform.hpp>

#include "fields/core.hpp"

VISIONKIT_ENUM(BoxMapping, rounded_padding, unrounded_padding, exact)
VISIONKIT_ENUM(ChannelOrder, rgb, bgr, gray)
VISIONKIT_ENUM(LetterboxAnchor, center, top_left)
VISIONKIT_ENUM(ResizeMode, none, stretch, shorter_side, longer_side, letterbox)
VISIONKIT_ENUM(Rounding, truncate, half_even)
VISIONKIT_ENUM(TensorLayout, nchw, nhwc)

VISIONKIT_TUPLE(PixelRect, PixelRect, x, y, width, height)

VISIONKIT_FIELDS(BatchOptions, threads)
VISIONKIT_FIELDS(CropOptions, size, offset)
VISIONKIT_FIELDS(LetterboxOptions, anchor, size_rounding, scale_up, stride, fill, box_mapping)
VISIONKIT_FIELDS(PreprocessOptions, resize, crop, channel_order, layout, dtype, scale, mean, std)
VISIONKIT_FIELDS(ResizeOptions, mode, size, side, max_side, other_side, interpolation, letterbox)
VISIONKIT_FIELDS(TileOptions, size, overlap)
VISIONKIT_FIELDS(TransformGeometry, image_size, resized_size, window, left, top, model_size)

namespace visionkit::python {

/// The names that model records have, "pillow.bilinear" say.
template <>
struct Convert<Interpolation> {
  static Interpolation from(py::handle value, const Where& where) {
    std::vector<std::string_view> names;
    for (const auto interpolation : interpolations()) names.push_back(to_string(interpolation));
    return interpolations()[choice_from(value, where, names)];
  }
  static py::object to(Interpolation interpolation) {
    const auto name = to_string(interpolation);
    return py::str(name.data(), name.size());
  }
  static std::string hint_in() { return "Interpolation"; }
  static std::string hint_out() { return "Interpolation"; }
};

}  // namespace visionkit::python
