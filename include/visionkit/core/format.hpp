// fmt formatters for every printable value of the core: `fmt::print("{:>12}", box)`. They pass through to_string(),
// which lives in the library, so that a host may use another fmt than the one visionkit was built with.
#pragma once

#include <string_view>

#include <fmt/format.h>

#include <visionkit/core/device.hpp>
#include <visionkit/core/error.hpp>
#include <visionkit/core/geometry.hpp>
#include <visionkit/core/labels.hpp>
#include <visionkit/core/results.hpp>
#include <visionkit/core/tensor.hpp>

namespace visionkit::detail {

/// Formats through to_string() and takes fmt's string options (width, fill, alignment, precision).
template <class T>
struct ToStringFormatter : fmt::formatter<fmt::string_view> {
  template <class Context>
  auto format(const T& value, Context& context) const {
    const auto text = to_string(value);
    return fmt::formatter<fmt::string_view>::format({text.data(), text.size()}, context);
  }
};

}  // namespace visionkit::detail

template <>
struct fmt::formatter<visionkit::ErrorCode> : visionkit::detail::ToStringFormatter<visionkit::ErrorCode> {};
template <>
struct fmt::formatter<visionkit::Size> : visionkit::detail::ToStringFormatter<visionkit::Size> {};
template <>
struct fmt::formatter<visionkit::Point> : visionkit::detail::ToStringFormatter<visionkit::Point> {};
template <>
struct fmt::formatter<visionkit::ModelPoint> : visionkit::detail::ToStringFormatter<visionkit::ModelPoint> {};
template <>
struct fmt::formatter<visionkit::Box> : visionkit::detail::ToStringFormatter<visionkit::Box> {};
template <>
struct fmt::formatter<visionkit::ModelBox> : visionkit::detail::ToStringFormatter<visionkit::ModelBox> {};
template <>
struct fmt::formatter<visionkit::ClassId> : visionkit::detail::ToStringFormatter<visionkit::ClassId> {};
template <>
struct fmt::formatter<visionkit::ClassScore> : visionkit::detail::ToStringFormatter<visionkit::ClassScore> {};
template <>
struct fmt::formatter<visionkit::Classification> : visionkit::detail::ToStringFormatter<visionkit::Classification> {};
template <>
struct fmt::formatter<visionkit::Detection> : visionkit::detail::ToStringFormatter<visionkit::Detection> {};
template <>
struct fmt::formatter<visionkit::DType> : visionkit::detail::ToStringFormatter<visionkit::DType> {};
template <>
struct fmt::formatter<visionkit::Device> : visionkit::detail::ToStringFormatter<visionkit::Device> {};
template <>
struct fmt::formatter<visionkit::Precision> : visionkit::detail::ToStringFormatter<visionkit::Precision> {};
