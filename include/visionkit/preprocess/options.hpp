// The rules by which pictures become a network's input, as data: what a model record stores and a Preprocessor carries
// out. Every rule has the exact arithmetic of the tool that it is named after; src/docs/preprocessing.md tells which
// tool needs which values.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/geometry.hpp>
#include <visionkit/core/tensor.hpp>
#include <visionkit/preprocess/resize.hpp>

namespace visionkit {

/// How the size of the resized picture follows from the size of the picture.
enum class ResizeMode {
  none,          ///< as large as the picture
  stretch,       ///< exactly `size`; the ratio of the sides is not kept
  shorter_side,  ///< the shorter side becomes `side`, at most `max_side` for the longer one
  longer_side,   ///< the longer side becomes `side`
  letterbox,     ///< as large as fits into `size`; the rest is filled
};

/// How a size or an offset that is no whole number becomes one.
enum class Rounding {
  truncate,   ///< towards zero: int() of Python, // for positive numbers
  half_even,  ///< to the nearest, halves to the even neighbor: round() of Python
};

/// Where a letterboxed picture lies in the network's input.
enum class LetterboxAnchor {
  center,  ///< an odd pixel of filling goes to the right or the bottom
  top_left,
};

/// How coordinates leave a letterbox. Ultralytics scales both axes by one gain and takes, where the picture is
/// centered, an offset from d: half the filling that would be left if the resized picture had fractions of pixels.
enum class BoxMapping {
  rounded_padding,    ///< YOLOv8 and later: round(d - 0.1)
  unrounded_padding,  ///< YOLOv5: d
  exact,  ///< as the pixels went: each axis by resized over original size, offset by the filling that there is
};

/// The defaults are Ultralytics'.
struct LetterboxOptions {
  LetterboxAnchor anchor = LetterboxAnchor::center;
  Rounding size_rounding = Rounding::half_even;  ///< of the resized sides
  bool scale_up = true;                          ///< false: pictures smaller than `size` keep their size
  int stride = 0;  ///< 0: the input is exactly `size`; else it shrinks until less than `stride` is filled ("auto": 32)
  int fill = 114;  ///< the value of the filling in every channel, 0..255, before normalization
  BoxMapping box_mapping = BoxMapping::rounded_padding;
  friend bool operator==(const LetterboxOptions&, const LetterboxOptions&) = default;
};

struct ResizeOptions {
  ResizeMode mode = ResizeMode::none;
  Size size = {};  ///< stretch and letterbox: of the result, 1..65535
  int side = 0;    ///< shorter_side and longer_side: 1..65535
  /// shorter_side: the longer side stays within it (torchvision's max_size). Above `side`, or 0 for no limit.
  int max_side = 0;
  /// shorter_side and longer_side: of the side that follows from the other one; torchvision truncates.
  Rounding other_side = Rounding::truncate;
  Interpolation interpolation = Interpolation::pillow_bilinear;
  LetterboxOptions letterbox = {};
  friend bool operator==(const ResizeOptions&, const ResizeOptions&) = default;
};

/// The center of the resized picture. Where it is too small it is padded with zeros, an odd pixel right and bottom.
struct CropOptions {
  Size size = {};                         ///< 1..65535
  Rounding offset = Rounding::half_even;  ///< of half the difference; torchvision's CenterCrop rounds half to even
  friend bool operator==(const CropOptions&, const CropOptions&) = default;
};

/// The channels that a network takes, in order. Gray is made before resizing, as Pillow's convert("L").
enum class ChannelOrder { rgb, bgr, gray };

enum class TensorLayout {
  nchw,  ///< planes, as PyTorch has it
  nhwc,  ///< pixels
};

/// From an 8-bit picture to a network's input: channels, resize, crop, then for every value
/// float32((float32(value * scale) - mean) / std), then layout. The torch_* interpolations work on value / 255 in
/// float32, as torchvision does on tensors, and need the scale 1/255; all others work on bytes.
struct PreprocessOptions {
  ResizeOptions resize = {};
  std::optional<CropOptions> crop = {};
  ChannelOrder channel_order = ChannelOrder::rgb;
  TensorLayout layout = TensorLayout::nchw;
  DType dtype = DType::float32;    ///< float32, bfloat16, or uint8 for the bytes themselves (then no normalization)
  double scale = 1.0 / 255.0;      ///< finite, above 0; must be 1 for uint8
  std::vector<double> mean = {0};  ///< one value, or one for each channel in the order of `channel_order`; finite
  std::vector<double> std = {1};   ///< the same; finite, not 0 as float32
  friend bool operator==(const PreprocessOptions&, const PreprocessOptions&) = default;
};

/// The number of channels of a network's input.
[[nodiscard]] VISIONKIT_API int channels(ChannelOrder order) noexcept;

/// Throws invalid_option with the field, its value and what is accepted; also for a field that its mode does not use.
VISIONKIT_API void check(const PreprocessOptions& options);

// The enumerators as text, for records, messages and other languages. The way back throws invalid_option for an unknown
// name and says which are known.
[[nodiscard]] VISIONKIT_API std::string_view to_string(ResizeMode mode) noexcept;
[[nodiscard]] VISIONKIT_API std::string_view to_string(Rounding rounding) noexcept;
[[nodiscard]] VISIONKIT_API std::string_view to_string(LetterboxAnchor anchor) noexcept;
[[nodiscard]] VISIONKIT_API std::string_view to_string(BoxMapping mapping) noexcept;
[[nodiscard]] VISIONKIT_API std::string_view to_string(ChannelOrder order) noexcept;
[[nodiscard]] VISIONKIT_API std::string_view to_string(TensorLayout layout) noexcept;
[[nodiscard]] VISIONKIT_API ResizeMode resize_mode_from_string(std::string_view name);
[[nodiscard]] VISIONKIT_API Rounding rounding_from_string(std::string_view name);
[[nodiscard]] VISIONKIT_API LetterboxAnchor letterbox_anchor_from_string(std::string_view name);
[[nodiscard]] VISIONKIT_API BoxMapping box_mapping_from_string(std::string_view name);
[[nodiscard]] VISIONKIT_API ChannelOrder channel_order_from_string(std::string_view name);
[[nodiscard]] VISIONKIT_API TensorLayout tensor_layout_from_string(std::string_view name);

}  // namespace visionkit
