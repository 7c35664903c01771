// Arithmetic on boxes: conversions, clipping to a size (core/geometry.hpp), overlap of two boxes and of all pairs.
// Float32 throughout, with the expressions of torchvision.ops, so that numbers, NaN and infinities come out as they do
// there. Suppression is in nms.hpp, rotated boxes are in rotated.hpp.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/geometry.hpp>

namespace visionkit {

/// A box by its top left corner and its size.
template <class Space>
struct BasicXywhBox {
  float x = 0;
  float y = 0;
  float width = 0;
  float height = 0;
  friend constexpr bool operator==(const BasicXywhBox&, const BasicXywhBox&) = default;
};

/// A box by its centre and its size.
template <class Space>
struct BasicCenterBox {
  float x = 0;
  float y = 0;
  float width = 0;
  float height = 0;
  friend constexpr bool operator==(const BasicCenterBox&, const BasicCenterBox&) = default;
};

using XywhBox = BasicXywhBox<ImageSpace>;
using ModelXywhBox = BasicXywhBox<ModelSpace>;
using CenterBox = BasicCenterBox<ImageSpace>;
using ModelCenterBox = BasicCenterBox<ModelSpace>;

template <class Space>
[[nodiscard]] constexpr BasicXywhBox<Space> to_xywh(const BasicBox<Space>& box) {
  return {box.x1, box.y1, box.width(), box.height()};
}

template <class Space>
[[nodiscard]] constexpr BasicCenterBox<Space> to_center(const BasicBox<Space>& box) {
  return {(box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2, box.width(), box.height()};
}

template <class Space>
[[nodiscard]] constexpr BasicBox<Space> to_box(const BasicXywhBox<Space>& box) {
  return {box.x, box.y, box.x + box.width, box.y + box.height};
}

template <class Space>
[[nodiscard]] constexpr BasicBox<Space> to_box(const BasicCenterBox<Space>& box) {
  return {box.x - 0.5F * box.width, box.y - 0.5F * box.height, box.x + 0.5F * box.width, box.y + 0.5F * box.height};
}

/// How the overlap of two boxes is measured.
enum class BoxOverlap {
  iou,           ///< intersection over union, 0..1
  giou,          ///< generalised: minus the empty part of the enclosing box, -1..1 (Rezatofighi et al. 2019)
  diou,          ///< minus the squared distance of the centres over the enclosing diagonal's (Zheng et al. 2020)
  ciou,          ///< diou minus a term for unlike aspect ratios (Zheng et al. 2020)
  smaller_area,  ///< intersection over the area of the smaller box, 0..1: 1 for a box inside another
};

VISIONKIT_API std::string_view to_string(BoxOverlap overlap) noexcept;

/// The overlap of two boxes. 0/0, two boxes without area say, is NaN.
[[nodiscard]] VISIONKIT_API float box_overlap(const Box& a, const Box& b, BoxOverlap overlap = BoxOverlap::iou);
[[nodiscard]] VISIONKIT_API float box_overlap(const ModelBox& a, const ModelBox& b,
                                              BoxOverlap overlap = BoxOverlap::iou);

/// The overlap of every box of `a` with every box of `b`: a.size() rows of b.size() values. Throws out_of_memory.
[[nodiscard]] VISIONKIT_API std::vector<float> pairwise_overlap(std::span<const Box> a, std::span<const Box> b,
                                                                BoxOverlap overlap = BoxOverlap::iou);
[[nodiscard]] VISIONKIT_API std::vector<float> pairwise_overlap(std::span<const ModelBox> a,
                                                                std::span<const ModelBox> b,
                                                                BoxOverlap overlap = BoxOverlap::iou);

/// The indices of the boxes whose width and height are both at least `min_size`, in order. Throws out_of_memory.
[[nodiscard]] VISIONKIT_API std::vector<std::int32_t> keep_min_size(std::span<const Box> boxes, float min_size);
[[nodiscard]] VISIONKIT_API std::vector<std::int32_t> keep_min_size(std::span<const ModelBox> boxes, float min_size);

}  // namespace visionkit
