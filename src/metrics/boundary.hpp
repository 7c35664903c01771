// The boundary pixels of a label map, as Boundary IoU (Cheng et al. 2021) understands them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <visionkit/core/geometry.hpp>

namespace visionkit {

/// What pixels inside a region become.
inline constexpr std::uint32_t not_boundary = 0xFFFFFFFFU;

/// The pixel distance for a part of the image's diagonal: rounded half to even, at least 1.
int boundary_distance(Size size, double ratio);

/// The ids of the pixels from which another id or the edge of the picture is at most `distance` away in both
/// directions: what erosions by 3 x 3, `distance` times, take from the mask of each id. Linear in the number of pixels.
template <class Id>
std::vector<std::uint32_t> boundary_of(std::span<const Id> ids, Size size, int distance);

}  // namespace visionkit
