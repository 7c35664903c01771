#include <visionkit/metrics/timing.hpp>

#include <chrono>
#include <cmath>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <visionkit/core/error.hpp>

namespace visionkit {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

TimedCall call(int begin_ms, int end_ms, std::uint64_t items = 1) {
  return {Clock::time_point(milliseconds(begin_ms)), Clock::time_point(milliseconds(end_ms)), items};
}

TEST_CASE("percentiles are interpolated") {
  LatencyMetric metric;
  for (const int ms : {40, 10, 30, 20, 50}) metric.add(milliseconds(ms));
  const auto report = metric.report();
  CHECK(report.min_ms == 10);
  CHECK(report.p50_ms == 30);
  CHECK(report.p90_ms == doctest::Approx(46));
  CHECK(report.max_ms == 50);
  CHECK(report.mean_ms == 30);
  CHECK(report.deviation_ms == doctest::Approx(std::sqrt(200.0)));
  CHECK(metric.percentile_ms(12.5) == doctest::Approx(15));
  CHECK(report.busy_seconds == doctest::Approx(0.15));
  CHECK(std::isnan(report.wall_seconds));
  CHECK(report.items_per_second == doctest::Approx(5 / 0.15));
}

TEST_CASE("throughput goes by the wall clock when calls overlap") {
  LatencyMetric first;
  LatencyMetric second;
  first.add(call(0, 100, 8));
  second.add(call(50, 200, 8));
  first.merge(second);
  const auto report = first.report();
  CHECK(report.wall_seconds == doctest::Approx(0.2));
  CHECK(report.busy_seconds == doctest::Approx(0.25));
  CHECK(report.items_per_second == doctest::Approx(80));
}

TEST_CASE("order and shards change no bit") {
  LatencyMetric whole;
  LatencyMetric first;
  LatencyMetric second;
  for (int i = 0; i < 100; ++i) whole.add(call(i * 7, i * 7 + 13 * i % 29, 2));
  for (int i = 100; i-- > 0;) (i % 3 == 0 ? first : second).add(call(i * 7, i * 7 + 13 * i % 29, 2));
  second.merge(first);
  CHECK(to_json(second.report()) == to_json(whole.report()));
}

TEST_CASE("no call is NaN, and time does not run backwards") {
  LatencyMetric metric;
  CHECK(std::isnan(metric.report().p50_ms));
  CHECK(std::isnan(metric.percentile_ms(50)));
  CHECK(nlohmann::json::parse(to_json(metric.report()))["p99_ms"].is_null());
  CHECK_THROWS_AS(metric.add(call(2, 1)), Error);
  CHECK_THROWS_AS(metric.add(milliseconds(-1)), Error);
  CHECK_THROWS_AS((void)metric.percentile_ms(101), Error);
  CHECK(metric.report().calls == 0);
}

TEST_CASE("two timings are compared with an interval of the change of the mean") {
  LatencyMetric slow;
  LatencyMetric fast;
  for (int i = 0; i < 100; ++i) {
    slow.add(milliseconds(20 + i % 3));
    fast.add(milliseconds(10 + i % 3));
  }
  const auto comparison = compare(slow.report(), fast.report());
  CHECK_FALSE(comparison.is_paired);
  CHECK(comparison.figures[0].name == "mean_ms");
  REQUIRE(comparison.figures[0].interval.has_value());
  CHECK(comparison.figures[0].interval->high < -9);
  CHECK(to_string(slow.report()).starts_with("100 calls, 100 items\n\nfigure"));
}

}  // namespace
}  // namespace visionkit
