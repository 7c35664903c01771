// From pycocotools' arrays to figures.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "metrics/detection/state.hpp"

namespace visionkit {

/// How many predictions of one class in one picture count for DetectionSummary::ap.
inline constexpr int summary_detections = 100;

/// The sum as numpy.sum() rounds it: blocks of 128, eight running sums in each.
double pairwise_sum(std::span<const double> values);

DetectionSummary summarize(const DetectionMetricsOptions& options, const PrecisionArrays& arrays);
/// Its number where it has no name.
std::string name_of(const Category& category);
/// The figures of the class at this place; names and counts are not filled in.
ClassFigures summarize_class(const DetectionMetricsOptions& options, const PrecisionArrays& arrays,
                             std::size_t category);

}  // namespace visionkit
