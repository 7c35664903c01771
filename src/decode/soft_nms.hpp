// Soft-NMS over any overlap: Bodla et al., "Improving Object Detection With One Line of Code", 2017.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include <visionkit/decode/nms.hpp>

#include "decode/nms_input.hpp"

namespace visionkit {

struct SoftPick {
  std::int32_t index = 0;
  float score = 0;
};

/// Takes the best remaining box again and again and lowers the scores of those of its group that it overlaps. Equal
/// scores: the lower index first. NaN scores go.
std::vector<SoftPick> soft_suppress(const RankedInput& input, std::span<const float> scores,
                                    const std::function<float(std::int32_t, std::int32_t)>& overlap,
                                    const NmsOptions& options);

}  // namespace visionkit
