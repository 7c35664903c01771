// F1 over scores: where a detector should be cut.
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

#include "metrics/detection/accumulate.hpp"

namespace visionkit {

struct BestF1 {
  double f1 = std::numeric_limits<double>::quiet_NaN();
  double score = std::numeric_limits<double>::quiet_NaN();
};

/// The threshold at which figures of one overlap are taken: 0.5, or the first when it is not among them.
std::size_t plain_threshold(const DetectionMetricsOptions& options);

/// One class at a threshold of the first area range. NaN without objects; a score of NaN without hits.
BestF1 best_f1(const detail::DetectionState& state, std::span<const std::uint32_t> order, std::size_t threshold,
               std::size_t objects);
/// All classes together.
BestF1 best_f1_of_all(const detail::DetectionState& state, const ScoreOrder& order, std::size_t threshold,
                      std::size_t objects);

}  // namespace visionkit
