// softmax() and sigmoid() into memory that is there.
#pragma once

#include <span>

#include <visionkit/core/config.hpp>

namespace visionkit {

/// Both spans have the same size.
VISIONKIT_API void softmax_into(std::span<const float> logits, float temperature, std::span<float> scores);
VISIONKIT_API void sigmoid_into(std::span<const float> logits, float temperature, std::span<float> scores);

}  // namespace visionkit
