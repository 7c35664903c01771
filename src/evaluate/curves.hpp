// Curves short enough for a picture.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include <visionkit/evaluate/evaluation.hpp>
#include <visionkit/metrics/curves.hpp>

namespace visionkit {

/// At most 200 points, the first and the last among them.
inline std::vector<PrecisionRecallPoint> thinned(std::vector<PrecisionRecallPoint> points) {
  constexpr std::size_t most = 200;
  if (points.size() <= most) return points;
  std::vector<PrecisionRecallPoint> few;
  few.reserve(most);
  for (std::size_t i = 0; i < most; ++i) few.push_back(points[i * (points.size() - 1) / (most - 1)]);
  return few;
}

/// The curves of the classes with a true sample; `metric` kept them.
template <class Metric>
std::vector<ClassCurve> class_curves(const Metric& metric, std::span<const CurveSummary> summaries) {
  std::vector<ClassCurve> curves;
  for (std::size_t i = 0; i < summaries.size(); ++i) {
    if (summaries[i].positives == 0) continue;
    const ClassId label(static_cast<std::int32_t>(i));
    std::vector<PrecisionRecallPoint> points;
    for (const auto& point : metric.curve(label).points)
      points.push_back({point.threshold, point.precision, point.recall, point.f1});
    curves.push_back({label, summaries[i].positives, thinned(std::move(points))});
  }
  return curves;
}

}  // namespace visionkit
