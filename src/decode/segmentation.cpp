#include <visionkit/decode/segmentation.hpp>

#include <cmath>
#include <limits>

#include "core/fail.hpp"
#include "decode/segmentation_input.hpp"
#include "decode/segmentation_rows.hpp"

namespace visionkit {

void check_options(const SegmentationDecodeOptions& options) {
  if (options.class_count > max_class_count) {
    fail(ErrorCode::invalid_option, "class_count is {}, expected 0..{}", options.class_count, max_class_count);
  }
  const auto& [x1, y1, x2, y2] = options.content;
  const auto& input = options.input;
  if (input == Size{}) {
    if (options.content != ModelBox{}) fail(ErrorCode::invalid_option, "content is given without input");
  } else if (input.width < 1 || input.height < 1) {
    fail(ErrorCode::invalid_option, "input is {}, expected positive sides, or 0x0", to_string(input));
  } else if (!(std::isfinite(x1 + y1 + x2 + y2) && x1 < x2 && y1 < y2)) {
    fail(ErrorCode::invalid_option, "content is {}, expected a finite box with an area", to_string(options.content));
  }
  if (!std::isfinite(options.threshold)) {
    fail(ErrorCode::invalid_option, "threshold is {}, expected a finite number", options.threshold);
  }
  if (options.activation == ScoreActivation::sigmoid && !(options.threshold > 0 && options.threshold < 1)) {
    fail(ErrorCode::invalid_option, "threshold is {}, expected 0..1, both excluded, after a sigmoid",
         options.threshold);
  }
}

LabelMap decode_segmentation(const TensorView& output, Size size, const SegmentationDecodeOptions& options) {
  return guarded("decoding a segmentation", [&] {
    check_options(options);
    if (size.width < 1 || size.height < 1) {
      fail(ErrorCode::invalid_argument, "a label map of {}, expected positive sides", to_string(size));
    }
    const auto input = segmentation_input(output, options);
    auto values = static_cast<std::uint64_t>(size.width) * static_cast<std::uint64_t>(size.height);
    const bool has_planes = options.scores == SegmentationScores::all_classes;
    const bool is_possible = values <= options.max_pixels;
    if (is_possible && has_planes) values *= input.channels;
    if (values > options.max_pixels) {
      fail(ErrorCode::image_too_large, "a label map of {}{} is larger than max_pixels, {}", to_string(size),
           has_planes ? fmt::format(" with {} classes", input.channels) : "", options.max_pixels);
    }
    const auto axes = sample_axes(input, size, options);
    return input.classes > max_narrow_class_count ? decode_rows<std::uint16_t>(input, axes, options)
                                                  : decode_rows<std::uint8_t>(input, axes, options);
  });
}

std::string_view to_string(CornerRule rule) noexcept {
  switch (rule) {
    case CornerRule::half_pixel: return "half_pixel";
    case CornerRule::align_corners: return "align_corners";
  }
  return "unknown";
}

std::string_view to_string(SegmentationResize resize) noexcept {
  switch (resize) {
    case SegmentationResize::scores: return "scores";
    case SegmentationResize::labels: return "labels";
  }
  return "unknown";
}

std::string_view to_string(SegmentationScores scores) noexcept {
  switch (scores) {
    case SegmentationScores::none: return "none";
    case SegmentationScores::confidence: return "confidence";
    case SegmentationScores::all_classes: return "all_classes";
  }
  return "unknown";
}

}  // namespace visionkit
