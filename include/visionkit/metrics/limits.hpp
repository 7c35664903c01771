// Figures that must reach a limit: the verdict of a build server, of a report, of `--fail-under`.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/metrics/metric.hpp>

namespace visionkit {

/// A figure must be at least this.
struct FigureLimit {
  std::string figure;  ///< a name of the report's figures()
  double least = 0;
  friend bool operator==(const FigureLimit&, const FigureLimit&) = default;
};

struct FigureVerdict {
  FigureLimit limit;
  double value = 0;
  bool is_met = false;  ///< never by NaN
};

/// In the order of the limits. Throws invalid_option for a figure that is not there, with names that are near, and for
/// a limit that is NaN.
[[nodiscard]] VISIONKIT_API std::vector<FigureVerdict> check_limits(std::span<const Figure> figures,
                                                                    std::span<const FigureLimit> limits);

}  // namespace visionkit
