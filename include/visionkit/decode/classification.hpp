// From a classifier's raw output to class scores. Pure functions over plain numbers, usable without a model.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/results.hpp>

namespace visionkit {

/// exp(x / temperature) over its sum: the probabilities of classes of which exactly one is right. The largest logit is
/// subtracted first, as in torch.softmax. `temperature` is above 0.
[[nodiscard]] VISIONKIT_API std::vector<float> softmax(std::span<const float> logits, float temperature = 1);

/// 1 / (1 + exp(-x / temperature)), each on its own: the probabilities of classes of which any number may be right.
[[nodiscard]] VISIONKIT_API std::vector<float> sigmoid(std::span<const float> logits, float temperature = 1);

/// Which classes an answer holds.
struct RankOptions {
  std::size_t top_k = 5;                     ///< at most this many
  std::vector<float> score_thresholds = {};  ///< scores below are left out: none, one for all, or one for each class
  std::vector<bool> allowed = {};            ///< by class; empty: all
};

/// The best classes by falling score; equal scores by rising class index. Throws shape when a list of the options does
/// not have one entry for each score.
[[nodiscard]] VISIONKIT_API std::vector<ClassScore> rank(std::span<const float> scores,
                                                         const RankOptions& options = {});

}  // namespace visionkit
