#include <visionkit/preprocess/options.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "core/fail.hpp"
#include "preprocess/pass.hpp"

namespace visionkit {
namespace {

template <class Enum>
using Name = std::pair<Enum, std::string_view>;

constexpr std::array<Name<ResizeMode>, 5> resize_modes{{
    {ResizeMode::none, "none"},
    {ResizeMode::stretch, "stretch"},
    {ResizeMode::shorter_side, "shorter_side"},
    {ResizeMode::longer_side, "longer_side"},
    {ResizeMode::letterbox, "letterbox"},
}};
constexpr std::array<Name<Rounding>, 2> roundings{{
    {Rounding::truncate, "truncate"},
    {Rounding::half_even, "half_even"},
}};
constexpr std::array<Name<LetterboxAnchor>, 2> anchors{{
    {LetterboxAnchor::center, "center"},
    {LetterboxAnchor::top_left, "top_left"},
}};
constexpr std::array<Name<BoxMapping>, 3> box_mappings{{
    {BoxMapping::rounded_padding, "rounded_padding"},
    {BoxMapping::unrounded_padding, "unrounded_padding"},
    {BoxMapping::exact, "exact"},
}};
constexpr std::array<Name<ChannelOrder>, 3> channel_orders{{
    {ChannelOrder::rgb, "rgb"},
    {ChannelOrder::bgr, "bgr"},
    {ChannelOrder::gray, "gray"},
}};
constexpr std::array<Name<TensorLayout>, 2> layouts{{
    {TensorLayout::nchw, "nchw"},
    {TensorLayout::nhwc, "nhwc"},
}};

template <class Names, class Enum>
std::string_view name_of(const Names& names, Enum value) noexcept {
  for (const auto& [each, name] : names) {
    if (each == value) return name;
  }
  return "unknown";
}

template <class Enum, std::size_t count>
std::string all_names(const std::array<Name<Enum>, count>& names) {
  std::string all;
  for (const auto& [value, name] : names) all += (all.empty() ? "" : ", ") + std::string(name);
  return all;
}

template <class Enum, std::size_t count>
Enum value_of(const char* what, const std::array<Name<Enum>, count>& names, std::string_view text) {
  for (const auto& [value, name] : names) {
    if (name == text) return value;
  }
  fail(ErrorCode::invalid_option, "\"{}\" is no {}, expected one of {}", text, what, all_names(names));
}

constexpr int max_side = 65535;

// Enumerators come from callers and other languages: a number outside of the enumeration is refused here, once.
template <class Names, class Enum>
void check_enum(const char* field, const Names& names, Enum value) {
  if (name_of(names, value) != "unknown") return;
  fail(ErrorCode::invalid_option, "{} is {}, expected one of {}", field, static_cast<int>(value), all_names(names));
}

void check_range(const char* field, int value, int low, int high) {
  if (value < low || value > high) {
    fail(ErrorCode::invalid_option, "{} is {}, expected {}..{}", field, value, low, high);
  }
}

void check_size(const char* field, Size size) {
  if (size.width < 1 || size.width > max_side || size.height < 1 || size.height > max_side) {
    fail(ErrorCode::invalid_option, "{} is {}, expected sides of 1..{}", field, to_string(size), max_side);
  }
}

void check_resize(const ResizeOptions& resize) {
  check_enum("resize.mode", resize_modes, resize.mode);
  check_enum("resize.other_side", roundings, resize.other_side);
  const auto known = interpolations();
  if (std::find(known.begin(), known.end(), resize.interpolation) == known.end()) {
    fail(ErrorCode::invalid_option, "resize.interpolation is {}, expected an enumerator of Interpolation",
         static_cast<int>(resize.interpolation));
  }
  const auto mode = to_string(resize.mode);
  const bool to_size = resize.mode == ResizeMode::stretch || resize.mode == ResizeMode::letterbox;
  const bool to_side = resize.mode == ResizeMode::shorter_side || resize.mode == ResizeMode::longer_side;
  if (to_size) {
    check_size("resize.size", resize.size);
  } else if (resize.size != Size{}) {
    fail(ErrorCode::invalid_option,
         "resize.size is {}, expected 0x0 with resize.mode {}; it belongs to stretch and letterbox",
         to_string(resize.size), mode);
  }
  if (to_side) {
    check_range("resize.side", resize.side, 1, max_side);
  } else if (resize.side != 0) {
    fail(ErrorCode::invalid_option,
         "resize.side is {}, expected 0 with resize.mode {}; it belongs to shorter_side and longer_side", resize.side,
         mode);
  }
  if (resize.max_side != 0) {
    if (resize.mode != ResizeMode::shorter_side) {
      fail(ErrorCode::invalid_option,
           "resize.max_side is {}, expected 0 with resize.mode {}; it belongs to shorter_side", resize.max_side, mode);
    }
    if (resize.max_side <= resize.side || resize.max_side > max_side) {
      fail(ErrorCode::invalid_option, "resize.max_side is {}, expected 0 or {}..{} (above resize.side)",
           resize.max_side, resize.side + 1, max_side);
    }
  }
  const auto& letterbox = resize.letterbox;
  check_enum("resize.letterbox.anchor", anchors, letterbox.anchor);
  check_enum("resize.letterbox.size_rounding", roundings, letterbox.size_rounding);
  check_enum("resize.letterbox.box_mapping", box_mappings, letterbox.box_mapping);
  check_range("resize.letterbox.stride", letterbox.stride, 0, max_side);
  check_range("resize.letterbox.fill", letterbox.fill, 0, 255);
  if (resize.mode != ResizeMode::letterbox && letterbox != LetterboxOptions{}) {
    fail(ErrorCode::invalid_option,
         "resize.letterbox is set with resize.mode {}; expected its defaults or mode letterbox", mode);
  }
}

void check_channels(const char* field, std::span<const double> values, int channels, bool zero_accepted) {
  if (values.size() != 1 && values.size() != static_cast<std::size_t>(channels)) {
    fail(ErrorCode::invalid_option, "{} has {} values, expected {}", field, values.size(),
         channels == 1 ? std::string("1") : fmt::format("1 or {}", channels));
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto value = static_cast<float>(values[i]);
    if (!std::isfinite(value) || (value == 0 && !zero_accepted)) {
      fail(ErrorCode::invalid_option, "{}[{}] is {}, expected a finite number{}", field, i, values[i],
           zero_accepted ? "" : " other than 0");
    }
  }
}

}  // namespace

int channels(ChannelOrder order) noexcept { return order == ChannelOrder::gray ? 1 : 3; }

void check(const PreprocessOptions& options) {
  check_resize(options.resize);
  if (options.crop) {
    check_size("crop.size", options.crop->size);
    check_enum("crop.offset", roundings, options.crop->offset);
    if (options.resize.mode == ResizeMode::letterbox) {
      fail(ErrorCode::invalid_option, "crop is set with resize.mode letterbox; expected one of the two");
    }
  }
  check_enum("channel_order", channel_orders, options.channel_order);
  check_enum("layout", layouts, options.layout);
  if (!std::isfinite(options.scale) || static_cast<float>(options.scale) <= 0) {
    fail(ErrorCode::invalid_option, "scale is {}, expected a finite number above 0", options.scale);
  }
  const int count = channels(options.channel_order);
  check_channels("mean", options.mean, count, true);
  check_channels("std", options.std, count, false);
  if (resizes_floats(options) && options.scale != 1.0 / 255.0) {
    fail(ErrorCode::invalid_option, "scale is {}, expected 1/255 with resize.interpolation {}", options.scale,
         to_string(options.resize.interpolation));
  }
  if (options.dtype == DType::uint8) {
    const auto all = [](const std::vector<double>& values, double expected) {
      return std::all_of(values.begin(), values.end(), [&](double value) { return value == expected; });
    };
    if (options.scale != 1 || !all(options.mean, 0) || !all(options.std, 1)) {
      fail(ErrorCode::invalid_option, "dtype is uint8 with normalization; expected scale 1, mean 0 and std 1");
    }
  } else if (options.dtype != DType::float32 && options.dtype != DType::bfloat16) {
    fail(ErrorCode::invalid_option, "dtype is {}, expected float32, bfloat16 or uint8", to_string(options.dtype));
  }
}

std::string_view to_string(ResizeMode mode) noexcept { return name_of(resize_modes, mode); }
std::string_view to_string(Rounding rounding) noexcept { return name_of(roundings, rounding); }
std::string_view to_string(LetterboxAnchor anchor) noexcept { return name_of(anchors, anchor); }
std::string_view to_string(BoxMapping mapping) noexcept { return name_of(box_mappings, mapping); }
std::string_view to_string(ChannelOrder order) noexcept { return name_of(channel_orders, order); }
std::string_view to_string(TensorLayout layout) noexcept { return name_of(layouts, layout); }

ResizeMode resize_mode_from_string(std::string_view name) { return value_of("resize mode", resize_modes, name); }
Rounding rounding_from_string(std::string_view name) { return value_of("rounding", roundings, name); }
LetterboxAnchor letterbox_anchor_from_string(std::string_view name) {
  return value_of("letterbox anchor", anchors, name);
}
BoxMapping box_mapping_from_string(std::string_view name) { return value_of("box mapping", box_mappings, name); }
ChannelOrder channel_order_from_string(std::string_view name) {
  return value_of("channel order", channel_orders, name);
}
TensorLayout tensor_layout_from_string(std::string_view name) { return value_of("tensor layout", layouts, name); }

}  // namespace visionkit
