#include "decode/segmentation_input.hpp"

#include <algorithm>
#include <bit>
#include <limits>

#include "core/fail.hpp"

namespace visionkit {
namespace {

// One class more than the greatest index. The index 255 of bytes is void.
template <class Index>
std::size_t classes_in(const TensorView& tensor, std::size_t class_count) {
  const std::span<const Index> indices(static_cast<const Index*>(tensor.data), tensor.count());
  const auto limit = static_cast<std::int64_t>(class_count == 0 ? max_class_count : class_count);
  Index lowest = 0;
  Index highest = 0;
  for (const auto index : indices) {
    if (sizeof(Index) == 1 && index == static_cast<Index>(0xFF)) continue;
    lowest = std::min(lowest, index);
    highest = std::max(highest, index);
  }
  if (lowest < 0 || highest >= limit) {
    fail(ErrorCode::model_contract, "class indices are {}..{}, expected 0..{}", lowest, highest, limit - 1);
  }
  return class_count == 0 ? static_cast<std::size_t>(highest) + 1 : class_count;
}

}  // namespace

bool all_finite(std::span<const float> values) noexcept {
  constexpr std::uint32_t exponent = 0x7F800000;
  bool is_finite = true;
  for (const auto value : values) is_finite &= (std::bit_cast<std::uint32_t>(value) & exponent) != exponent;
  return is_finite;
}

SegmentationInput segmentation_input(const TensorView& output, const SegmentationDecodeOptions& options) {
  const auto& shape = output.shape;
  const bool has_channels = shape.size() == 3;
  if ((!has_channels && shape.size() != 2) || output.data == nullptr ||
      !std::all_of(shape.begin(), shape.end(),
                   [](auto extent) { return extent > 0 && extent <= std::numeric_limits<std::int32_t>::max(); })) {
    fail(ErrorCode::model_contract, "segmentation: the output is {} {}, expected [classes, height, width]",
         to_string(output.dtype), to_string(shape));
  }
  SegmentationInput input;
  input.tensor = output;
  input.cells = {static_cast<int>(shape.back()), static_cast<int>(shape[shape.size() - 2])};
  const auto channels = has_channels ? static_cast<std::size_t>(shape[0]) : 1;
  if (output.dtype == DType::float32) {
    input.channels = channels;
    input.classes = std::max<std::size_t>(channels, 2);
    if (input.classes > max_class_count || (options.class_count != 0 && options.class_count != input.classes)) {
      fail(ErrorCode::model_contract, "segmentation: the output {} has {} classes, expected {}", to_string(shape),
           input.classes, options.class_count == 0 ? max_class_count : options.class_count);
    }
    if (channels == 1 && options.activation == ScoreActivation::softmax) {
      fail(ErrorCode::invalid_option, "activation is softmax, expected sigmoid or none for the one channel of {}",
           to_string(shape));
    }
    if (!all_finite(output.floats())) {
      fail(ErrorCode::non_finite_output, "segmentation: NaN or infinity among the scores {}", to_string(shape));
    }
    return input;
  }
  if (channels != 1) {
    fail(ErrorCode::model_contract, "segmentation: the output is {} {}, expected float32, or [height, width] indices",
         to_string(output.dtype), to_string(shape));
  }
  if (options.scores != SegmentationScores::none) {
    fail(ErrorCode::invalid_option, "scores is {}, expected none: the network answers with class indices",
         to_string(options.scores));
  }
  switch (output.dtype) {
    case DType::uint8: input.classes = classes_in<std::uint8_t>(output, options.class_count); break;
    case DType::int32: input.classes = classes_in<std::int32_t>(output, options.class_count); break;
    case DType::int64: input.classes = classes_in<std::int64_t>(output, options.class_count); break;
    default:
      fail(ErrorCode::model_contract, "segmentation: the output is {}, expected float32, uint8, int32 or int64",
           to_string(output.dtype));
  }
  return input;
}

SampleAxes sample_axes(const SegmentationInput& input, Size size, const SegmentationDecodeOptions& options) {
  auto x = whole_axis(input.cells.width, size.width);
  auto y = whole_axis(input.cells.height, size.height);
  if (options.input != Size{}) cut_to(options.content, options.input, x, y);
  if (input.channels == 0 || options.resize == SegmentationResize::labels) return {nearest_axis(x), nearest_axis(y)};
  return {bilinear_axis(x, options.corners), bilinear_axis(y, options.corners)};
}

}  // namespace visionkit
