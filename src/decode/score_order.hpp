// The order in which suppression looks at boxes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace visionkit {

/// The indices of scores by falling value: equal ones (0 and -0 too) in the order given, NaN before everything, as
/// torch.sort(stable=True, descending=True).
std::vector<std::int32_t> falling_order(std::span<const float> scores);

}  // namespace visionkit
