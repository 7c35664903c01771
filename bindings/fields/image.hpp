// The structs and enumerations of image/.
#pragma once

#include <visionkit/image/draw.hpp>
#include <visionkit/image/draw_maps.hpp>
#include <visionkit/image/io.hpp>
#include <visionkit/image/mask_io.hpp>
#include <visionkit/image/panoptic_io.hpp>

#include "fields/core.hpp"
#include "support/pictures.hpp"

VISIONKIT_ENUM(ImageFormat, jpeg, png, webp, bmp, tiff)
VISIONKIT_ENUM(MaskPixels, one_bit, eight_bits)
VISIONKIT_ENUM(OrientationPolicy, turn_upright, ignore)
VISIONKIT_ENUM(PaletteRule, refuse, use_indices)
VISIONKIT_ENUM(PixelFormat, rgb8, bgr8, rgba8, bgra8, gray8)
VISIONKIT_ENUM(ScoreStyle, number, bar, number_and_bar, none)
VISIONKIT_ENUM(Strictness, strict, lenient)
VISIONKIT_ENUM(python::ColorOrder, rgb, bgr)

VISIONKIT_TUPLE(Color, Color, red, green, blue)

VISIONKIT_FIELDS(AllowedFormats, jpeg, png, webp, bmp, tiff)
VISIONKIT_FIELDS(DrawOptions, labels, score_style, line_width, text_height, mask_opacity, max_classes)
VISIONKIT_FIELDS(ImageLimits, max_pixels, max_decoded_bytes, max_encoded_bytes, max_chunk_bytes, max_scans)
VISIONKIT_FIELDS(MapDrawOptions, labels, untinted, opacity, line_width, text_height, legend_entries)
VISIONKIT_FIELDS(MaskReadOptions, size, palette, limits)
VISIONKIT_FIELDS(MaskWriteOptions, pixels, png_compression)
VISIONKIT_FIELDS(LabelMapReadOptions, class_count, file)
VISIONKIT_FIELDS(LabelMapWriteOptions, png_compression)
VISIONKIT_FIELDS(PanopticReadImageOptions, size, limits)
VISIONKIT_FIELDS(ReadOptions, format, orientation, strictness, formats, limits, jpeg_reduction)
VISIONKIT_FIELDS(ReadReport, format, stored_size, exif_orientation, is_turned, is_missing_end, is_truncated, is_corrupt,
                 is_first_of_several, has_trailing_bytes)
VISIONKIT_FIELDS(WriteOptions, format, quality, png_compression, lossless_webp)
