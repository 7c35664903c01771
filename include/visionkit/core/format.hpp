// fmt formatters for every printable value of the core: `fmt::print("{:>12}", box)`. They pass through to_string(),
// which lives in the library, so that a host may use another fmt than the one visionkit was built with.
#pragma once

#include <string_view>

#include <fmt/format.h>

#include <visionkit/core/detections.hpp>
#include <visionkit/core/device.hpp>
#include <visionkit/core/error.hpp>
#include <visionkit/core/geometry.hpp>
#include <visionkit/core/label_map.hpp>
#include <visionkit/core/labels.hpp>
#include <visionkit/core/mask.hpp>
#include <visionkit/core/panoptic.hpp>
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

#define VISIONKIT_FORMATTER(Type) \
  template <>                     \
  struct fmt::formatter<visionkit::Type> : visionkit::detail::ToStringFormatter<visionkit::Type> {};

VISIONKIT_FORMATTER(ErrorCode)
VISIONKIT_FORMATTER(Size)
VISIONKIT_FORMATTER(Point)
VISIONKIT_FORMATTER(ModelPoint)
VISIONKIT_FORMATTER(Box)
VISIONKIT_FORMATTER(ModelBox)
VISIONKIT_FORMATTER(PixelBox)
VISIONKIT_FORMATTER(ClassId)
VISIONKIT_FORMATTER(ClassScore)
VISIONKIT_FORMATTER(Classification)
VISIONKIT_FORMATTER(Detection)
VISIONKIT_FORMATTER(Outcome)
VISIONKIT_FORMATTER(Mask)
VISIONKIT_FORMATTER(LabelMap)
VISIONKIT_FORMATTER(PanopticSegment)
VISIONKIT_FORMATTER(PanopticMap)
VISIONKIT_FORMATTER(DType)
VISIONKIT_FORMATTER(Device)
VISIONKIT_FORMATTER(Precision)

#undef VISIONKIT_FORMATTER
