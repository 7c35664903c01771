#include <visionkit/decode/masks.hpp>

#include <algorithm>
#include <utility>

#include "core/fail.hpp"

namespace visionkit {
namespace {

bool are_apart(const Box& a, const Box& b) { return a.x2 <= b.x1 || b.x2 <= a.x1 || a.y2 <= b.y1 || b.y2 <= a.y1; }

}  // namespace

Tensor head_values(const TensorView& head, HeadLayout layout, std::size_t count,
                   std::span<const std::int32_t> sources) {
  return guarded("head values", [&] {
    const bool has_rows = layout == HeadLayout::rows;
    const auto& shape = head.shape;
    if (head.dtype != DType::float32 || shape.size() != 2 ||
        shape[has_rows ? 1 : 0] < static_cast<std::int64_t>(count)) {
      fail(ErrorCode::model_contract, "the head is {} {}, expected float32 {} with at least {} values",
           to_string(head.dtype), to_string(shape), has_rows ? "[boxes, values]" : "[values, boxes]", count);
    }
    const auto values = head.floats();
    const auto boxes = static_cast<std::size_t>(shape[has_rows ? 0 : 1]);
    const auto first = static_cast<std::size_t>(shape[has_rows ? 1 : 0]) - count;
    std::vector<float> picked;
    picked.reserve(sources.size() * count);
    for (const auto source : sources) {
      if (source < 0 || static_cast<std::size_t>(source) >= boxes) {
        fail(ErrorCode::invalid_argument, "box {} of a head of {}", source, boxes);
      }
      const auto box = static_cast<std::size_t>(source);
      for (auto value = first; value < first + count; ++value) {
        picked.push_back(values[has_rows ? box * (first + count) + value : value * boxes + box]);
      }
    }
    return Tensor({static_cast<std::int64_t>(sources.size()), static_cast<std::int64_t>(count)}, std::move(picked));
  });
}

std::vector<std::int32_t> suppress_by_mask(std::span<const Mask> masks, std::span<const float> scores,
                                           std::span<const ClassId> labels, const MaskNmsOptions& options) {
  return guarded("suppression by masks", [&] {
    if (!(options.overlap_threshold >= 0 && options.overlap_threshold <= 1)) {
      fail(ErrorCode::invalid_option, "overlap_threshold is {}, expected 0..1", options.overlap_threshold);
    }
    if (masks.size() != scores.size()) {
      fail(ErrorCode::shape, "{} masks with {} scores", masks.size(), scores.size());
    }
    std::vector<Box> boxes;
    boxes.reserve(masks.size());
    for (const auto& mask : masks) {
      boxes.push_back(mask.bounding_box());
      if (mask.size() != masks.front().size()) {
        fail(ErrorCode::invalid_argument, "masks of {} and of {}, expected one size", to_string(masks.front().size()),
             to_string(mask.size()));
      }
    }
    const auto overlap = [&](std::int32_t kept, std::int32_t candidate) {
      const auto a = static_cast<std::size_t>(candidate);
      const auto b = static_cast<std::size_t>(kept);
      return are_apart(boxes[a], boxes[b]) ? 0 : mask_iou(masks[a], masks[b], options.overlap);
    };
    return nms_by(
        scores, labels, overlap,
        {.iou_threshold = options.overlap_threshold, .scope = options.scope, .max_detections = options.max_detections});
  });
}

std::string_view to_string(PrototypeRule rule) noexcept {
  switch (rule) {
    case PrototypeRule::logit: return "logit";
    case PrototypeRule::sigmoid: return "sigmoid";
  }
  return "unknown";
}

std::string_view to_string(PrototypeResolution resolution) noexcept {
  switch (resolution) {
    case PrototypeResolution::image: return "image";
    case PrototypeResolution::input: return "input";
    case PrototypeResolution::prototype: return "prototype";
  }
  return "unknown";
}

std::string_view to_string(HeadLayout layout) noexcept {
  switch (layout) {
    case HeadLayout::rows: return "rows";
    case HeadLayout::columns: return "columns";
  }
  return "unknown";
}

}  // namespace visionkit
