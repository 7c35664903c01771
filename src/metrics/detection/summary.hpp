// From pycocotools' arrays to figures.
#pragma once

#include <span>
#include <vector>

#include "metrics/detection/state.hpp"

namespace visionkit {

/// The sum as numpy.sum() rounds it: blocks of 128, eight running sums in each.
double pairwise_sum(std::span<const double> values);

DetectionSummary summarize(const DetectionMetricsOptions& options, const PrecisionArrays& arrays);
/// The figures of the class at this place; names and counts are not filled in.
ClassFigures summarize_class(const DetectionMetricsOptions& options, const PrecisionArrays& arrays,
                             std::size_t category);

}  // namespace visionkit
