#include "preprocess/geometry.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/fail.hpp"

namespace visionkit {
namespace {

// Above this a float no longer tells neighboring pixels apart.
constexpr double max_resized_side = 1 << 24;
constexpr std::int64_t max_model_pixels = std::int64_t{1} << 28;

// Round half to even is what std::nearbyint does unless the host has changed the rounding mode, which is none of our
// business; so by hand.
double half_even(double value) {
  const double low = std::floor(value);
  const double rest = value - low;
  if (rest < 0.5) return low;
  if (rest > 0.5) return low + 1;
  return std::fmod(low, 2) == 0 ? low : low + 1;
}

double rounded(double value, Rounding rounding) {
  return rounding == Rounding::truncate ? std::trunc(value) : half_even(value);
}

Size checked_size(double width, double height, Size image) {
  if (width < 1 || height < 1 || width > max_resized_side || height > max_resized_side) {
    fail(ErrorCode::invalid_option, "resizing {} gives {:.0f}x{:.0f}, expected sides of 1..{:.0f}", to_string(image),
         width, height, max_resized_side);
  }
  return {static_cast<int>(width), static_cast<int>(height)};
}

// torchvision's Resize for one number: products before quotients, so that whole results stay whole.
Size size_by_side(const ResizeOptions& resize, Size image) {
  const double short_side = std::min(image.width, image.height);
  const double long_side = std::max(image.width, image.height);
  double new_short = resize.side;
  double new_long = resize.side;
  if (resize.mode == ResizeMode::shorter_side) {
    new_long = rounded(resize.side * long_side / short_side, resize.other_side);
    if (resize.max_side != 0 && new_long > resize.max_side) {
      new_short = rounded(resize.max_side * new_short / new_long, resize.other_side);
      new_long = resize.max_side;
    }
  } else {
    new_short = rounded(resize.side * short_side / long_side, resize.other_side);
  }
  const bool is_tall = image.width <= image.height;
  return checked_size(is_tall ? new_short : new_long, is_tall ? new_long : new_short, image);
}

AppliedTransform letterbox(const ResizeOptions& resize, Size image) {
  const auto& options = resize.letterbox;
  double gain = std::min(static_cast<double>(resize.size.height) / image.height,
                         static_cast<double>(resize.size.width) / image.width);
  if (!options.scale_up) gain = std::min(gain, 1.0);
  TransformGeometry geometry;
  geometry.image_size = image;
  geometry.resized_size = checked_size(rounded(image.width * gain, options.size_rounding),
                                       rounded(image.height * gain, options.size_rounding), image);
  auto padding_x = resize.size.width - geometry.resized_size.width;
  auto padding_y = resize.size.height - geometry.resized_size.height;
  if (options.stride > 0) {
    padding_x %= options.stride;
    padding_y %= options.stride;
  }
  geometry.window = {0, 0, geometry.resized_size.width, geometry.resized_size.height};
  geometry.model_size = {geometry.resized_size.width + padding_x, geometry.resized_size.height + padding_y};
  const bool centered = options.anchor == LetterboxAnchor::center;
  // Ultralytics' round(d - 0.1) and round(d + 0.1) of half the filling are exactly this: d is whole or ends in .5.
  if (centered) {
    geometry.left = padding_x / 2;
    geometry.top = padding_y / 2;
  }
  if (options.box_mapping == BoxMapping::exact) return AppliedTransform(geometry);
  if (!centered) return {geometry, {gain, 0}, {gain, 0}};
  const auto offset = [&](int model_side, int image_side) {
    const double half = (model_side - image_side * gain) / 2;
    return options.box_mapping == BoxMapping::rounded_padding ? half_even(half - 0.1) : half;
  };
  return {geometry,
          {gain, offset(geometry.model_size.width, image.width)},
          {gain, offset(geometry.model_size.height, image.height)}};
}

struct CroppedAxis {
  int start = 0;    // in the resized picture
  int length = 0;   // that is seen
  int padding = 0;  // before it
};

CroppedAxis crop_axis(int length, int wanted, Rounding offset) {
  if (length < wanted) return {0, length, (wanted - length) / 2};
  return {static_cast<int>(rounded((length - wanted) / 2.0, offset)), wanted, 0};
}

}  // namespace

AppliedTransform plan_transform(const PreprocessOptions& options, Size image) {
  if (image.width < 1 || image.height < 1) {
    fail(ErrorCode::invalid_argument, "the image is {}; both sides must be at least 1", to_string(image));
  }
  const auto& resize = options.resize;
  AppliedTransform transform;
  if (resize.mode == ResizeMode::letterbox) {
    transform = letterbox(resize, image);
  } else {
    TransformGeometry geometry;
    geometry.image_size = image;
    geometry.resized_size = resize.mode == ResizeMode::none      ? image
                            : resize.mode == ResizeMode::stretch ? resize.size
                                                                 : size_by_side(resize, image);
    geometry.model_size = options.crop ? options.crop->size : geometry.resized_size;
    const auto rounding = options.crop ? options.crop->offset : Rounding::truncate;
    const auto x = crop_axis(geometry.resized_size.width, geometry.model_size.width, rounding);
    const auto y = crop_axis(geometry.resized_size.height, geometry.model_size.height, rounding);
    geometry.window = {x.start, y.start, x.length, y.length};
    geometry.left = x.padding;
    geometry.top = y.padding;
    transform = AppliedTransform(geometry);
  }
  const auto model = transform.model_size();
  if (std::int64_t{model.width} * model.height > max_model_pixels) {
    fail(ErrorCode::invalid_option, "an image of {} becomes an input of {}, expected at most {} pixels",
         to_string(image), to_string(model), max_model_pixels);
  }
  return transform;
}

}  // namespace visionkit
