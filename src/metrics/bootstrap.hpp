// The percentile bootstrap (Efron 1979): what all intervals have in common.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <vector>

#include <visionkit/metrics/metric.hpp>

namespace visionkit {

/// Throws invalid_option.
void check(const BootstrapOptions& options);

/// A place below `count`, which has 32 bits. std::uniform_int_distribution may differ between standard libraries; the
/// generator may not. The product's high half is uniform to 2^-32, which no interval shows.
inline std::size_t draw(std::mt19937_64& generator, std::size_t count) {
  return static_cast<std::size_t>((generator() >> 32U) * count >> 32U);
}

/// Of what statistic(generator) gives for each resample. NaN is left out; without anything else the interval is NaN.
template <class Statistic>
Interval percentile_interval(const BootstrapOptions& options, Statistic&& statistic) {
  std::mt19937_64 generator(options.seed);
  std::vector<double> results;
  for (int i = 0; i < options.resamples; ++i) {
    const double result = statistic(generator);
    if (!std::isnan(result)) results.push_back(result);
  }
  if (results.empty()) return {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()};
  std::sort(results.begin(), results.end());
  const auto at = [&](double part) {
    return results[static_cast<std::size_t>(std::lround(part * static_cast<double>(results.size() - 1)))];
  };
  const double tail = (1 - options.confidence) / 2;
  return {at(tail), at(1 - tail)};
}

}  // namespace visionkit
