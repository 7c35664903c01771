#include <visionkit/decode/boxes.hpp>

#include <cmath>
#include <numbers>

#include "core/fail.hpp"

namespace visionkit {
namespace {

// torch.max, torch.min and torch.clamp(min=0) pass NaN on.
float larger(float a, float b) { return std::isnan(a) || a > b ? a : b; }
float smaller(float a, float b) { return std::isnan(a) || a < b ? a : b; }
float not_negative(float value) { return value < 0 ? 0 : value; }

// Added to denominators by torchvision.ops, in float32.
constexpr float epsilon = 1e-7F;

template <class Space>
float overlap_of(const BasicBox<Space>& a, const BasicBox<Space>& b, BoxOverlap overlap) {
  const float width = not_negative(smaller(a.x2, b.x2) - larger(a.x1, b.x1));
  const float height = not_negative(smaller(a.y2, b.y2) - larger(a.y1, b.y1));
  const float intersection = width * height;
  const float area_a = a.area();
  const float area_b = b.area();
  if (overlap == BoxOverlap::smaller_area) return intersection / smaller(area_a, area_b);

  const float area_union = area_a + area_b - intersection;
  const float iou = intersection / area_union;
  if (overlap == BoxOverlap::iou) return iou;

  const float enclosing_width = not_negative(larger(a.x2, b.x2) - smaller(a.x1, b.x1));
  const float enclosing_height = not_negative(larger(a.y2, b.y2) - smaller(a.y1, b.y1));
  if (overlap == BoxOverlap::giou) {
    const float enclosing = enclosing_width * enclosing_height;
    return iou - (enclosing - area_union) / enclosing;
  }

  const float dx = (a.x1 + a.x2) / 2 - (b.x1 + b.x2) / 2;
  const float dy = (a.y1 + a.y2) / 2 - (b.y1 + b.y2) / 2;
  const float diagonal = enclosing_width * enclosing_width + enclosing_height * enclosing_height + epsilon;
  const float diou = iou - (dx * dx + dy * dy) / diagonal;
  if (overlap == BoxOverlap::diou) return diou;

  const float angle = std::atan(a.width() / a.height()) - std::atan(b.width() / b.height());
  const float v = static_cast<float>(4 / (std::numbers::pi * std::numbers::pi)) * (angle * angle);
  const float alpha = v / (1 - iou + v + epsilon);
  return diou - alpha * v;
}

template <class Space>
std::vector<float> pairwise(std::span<const BasicBox<Space>> a, std::span<const BasicBox<Space>> b,
                            BoxOverlap overlap) {
  return guarded("pairwise_overlap", [&] {
    std::vector<float> result;
    result.reserve(a.size() * b.size());
    for (const auto& row : a) {
      for (const auto& column : b) result.push_back(overlap_of(row, column, overlap));
    }
    return result;
  });
}

template <class Space>
std::vector<std::int32_t> with_min_size(std::span<const BasicBox<Space>> boxes, float min_size) {
  return guarded("keep_min_size", [&] {
    std::vector<std::int32_t> kept;
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      if (boxes[i].width() >= min_size && boxes[i].height() >= min_size) kept.push_back(static_cast<std::int32_t>(i));
    }
    return kept;
  });
}

}  // namespace

std::string_view to_string(BoxOverlap overlap) noexcept {
  switch (overlap) {
    case BoxOverlap::iou: return "iou";
    case BoxOverlap::giou: return "giou";
    case BoxOverlap::diou: return "diou";
    case BoxOverlap::ciou: return "ciou";
    case BoxOverlap::smaller_area: return "smaller_area";
  }
  return "unknown";
}

float box_overlap(const Box& a, const Box& b, BoxOverlap overlap) { return overlap_of(a, b, overlap); }
float box_overlap(const ModelBox& a, const ModelBox& b, BoxOverlap overlap) { return overlap_of(a, b, overlap); }

std::vector<float> pairwise_overlap(std::span<const Box> a, std::span<const Box> b, BoxOverlap overlap) {
  return pairwise(a, b, overlap);
}
std::vector<float> pairwise_overlap(std::span<const ModelBox> a, std::span<const ModelBox> b, BoxOverlap overlap) {
  return pairwise(a, b, overlap);
}

std::vector<std::int32_t> keep_min_size(std::span<const Box> boxes, float min_size) {
  return with_min_size(boxes, min_size);
}
std::vector<std::int32_t> keep_min_size(std::span<const ModelBox> boxes, float min_size) {
  return with_min_size(boxes, min_size);
}

}  // namespace visionkit
