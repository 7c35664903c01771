// How long calls take and how many there are in a second. Measure with std::chrono::steady_clock; nothing here reads a
// clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/metrics/metric.hpp>

namespace visionkit {

/// One call.
struct TimedCall {
  std::chrono::steady_clock::time_point begin;
  std::chrono::steady_clock::time_point end;
  std::uint64_t items = 1;  ///< pictures that it handled
};

/// NaN without calls.
struct LatencyReport {
  std::uint64_t calls = 0;
  std::uint64_t items = 0;
  double mean_ms = 0;
  double deviation_ms = 0;  ///< of the calls, not of the mean
  double min_ms = 0;
  double p50_ms = 0;  ///< percentiles are interpolated between neighbors, as NumPy does by default
  double p90_ms = 0;
  double p95_ms = 0;
  double p99_ms = 0;
  double max_ms = 0;
  double busy_seconds = 0;      ///< the sum of all calls
  double wall_seconds = 0;      ///< from the first begin to the last end; NaN when some calls came without
  double items_per_second = 0;  ///< by the wall clock; by busy time when that is NaN
  PerSample per_sample = {};    ///< "mean_ms"; the calls have no numbers
};

VISIONKIT_API std::string to_string(const LatencyReport& report);
VISIONKIT_API std::string to_json(const LatencyReport& report);
VISIONKIT_API std::vector<Figure> figures(const LatencyReport& report);

/// See metric.hpp. Keeps 8 bytes a call.
class VISIONKIT_API LatencyMetric {
 public:
  /// Throws invalid_argument when the end comes before the begin.
  void add(const TimedCall& call);
  /// A call of which only the duration is known. Throws invalid_argument for a negative one.
  void add(std::chrono::nanoseconds duration, std::uint64_t items = 1);
  /// Calls of the same machine and process: their clock is one.
  void merge(const LatencyMetric& other);
  [[nodiscard]] LatencyReport report() const;
  /// The duration that `percent` of the calls do not exceed, in milliseconds; NaN without calls. Throws
  /// invalid_argument unless 0 <= percent <= 100.
  [[nodiscard]] double percentile_ms(double percent) const;

 private:
  using Clock = std::chrono::steady_clock;
  std::vector<std::int64_t> nanoseconds_;
  std::uint64_t items_ = 0;
  std::uint64_t timed_calls_ = 0;  // those with a begin and an end
  Clock::time_point first_ = Clock::time_point::max();
  Clock::time_point last_ = Clock::time_point::min();
};

}  // namespace visionkit
