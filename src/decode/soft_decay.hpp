// What the two compatible soft suppressions share.
#pragma once

#include <cstddef>
#include <span>

#include <visionkit/decode/nms_compatible.hpp>

namespace visionkit {

/// Throws invalid_option, and shape when there is not one score for each box.
void check_soft_options(std::size_t count, std::span<const float> scores, const SoftNmsOptions& options);

/// The factor for the score of a box with this overlap.
float decay_factor(float overlap, const SoftNmsOptions& options);

}  // namespace visionkit
