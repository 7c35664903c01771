#include <visionkit/metrics/timing.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/fail.hpp"
#include "metrics/table.hpp"

namespace visionkit {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double ns_per_ms = 1e6;
constexpr double ns_per_second = 1e9;

// `sorted` is not empty.
double percentile_of(const std::vector<std::int64_t>& sorted, double percent) {
  const double place = percent / 100 * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const auto above = std::min(below + 1, sorted.size() - 1);
  const auto low = static_cast<double>(sorted[below]);
  return (low + (place - static_cast<double>(below)) * (static_cast<double>(sorted[above]) - low)) / ns_per_ms;
}

std::vector<std::int64_t> sorted(std::vector<std::int64_t> values) {
  std::sort(values.begin(), values.end());
  return values;
}

}  // namespace

void LatencyMetric::add(const TimedCall& call) {
  add(std::chrono::duration_cast<std::chrono::nanoseconds>(call.end - call.begin), call.items);
  ++timed_calls_;
  first_ = std::min(first_, call.begin);
  last_ = std::max(last_, call.end);
}

void LatencyMetric::add(std::chrono::nanoseconds duration, std::uint64_t items) {
  if (duration.count() < 0) fail(ErrorCode::invalid_argument, "a call of {} ns; expected at least 0", duration.count());
  guarded("timing", [&] { nanoseconds_.push_back(duration.count()); });
  items_ += items;
}

void LatencyMetric::merge(const LatencyMetric& other) {
  guarded("merging timings", [&] {
    const auto added = other.nanoseconds_;
    nanoseconds_.insert(nanoseconds_.end(), added.begin(), added.end());
  });
  items_ += other.items_;
  timed_calls_ += other.timed_calls_;
  first_ = std::min(first_, other.first_);
  last_ = std::max(last_, other.last_);
}

double LatencyMetric::percentile_ms(double percent) const {
  if (!(percent >= 0 && percent <= 100))
    fail(ErrorCode::invalid_argument, "the percentile {}; expected 0..100", percent);
  return guarded("timing", [&] { return nanoseconds_.empty() ? nan : percentile_of(sorted(nanoseconds_), percent); });
}

LatencyReport LatencyMetric::report() const {
  return guarded("a latency report", [&] {
    LatencyReport report = {.calls = nanoseconds_.size(), .items = items_};
    report.per_sample.name = "mean_ms";
    if (nanoseconds_.empty()) {
      for (auto* value :
           {&report.mean_ms, &report.deviation_ms, &report.min_ms, &report.p50_ms, &report.p90_ms, &report.p95_ms,
            &report.p99_ms, &report.max_ms, &report.busy_seconds, &report.wall_seconds, &report.items_per_second}) {
        *value = nan;
      }
      return report;
    }
    const auto values = sorted(nanoseconds_);
    const auto count = static_cast<double>(values.size());
    std::int64_t sum = 0;  // 292 years of busy time
    for (const auto each : values) sum += each;
    const double mean = static_cast<double>(sum) / count;
    double squares = 0;
    for (const auto each : values) squares += (static_cast<double>(each) - mean) * (static_cast<double>(each) - mean);
    report.mean_ms = mean / ns_per_ms;
    report.deviation_ms = std::sqrt(squares / count) / ns_per_ms;
    report.min_ms = percentile_of(values, 0);
    report.p50_ms = percentile_of(values, 50);
    report.p90_ms = percentile_of(values, 90);
    report.p95_ms = percentile_of(values, 95);
    report.p99_ms = percentile_of(values, 99);
    report.max_ms = percentile_of(values, 100);
    report.busy_seconds = static_cast<double>(sum) / ns_per_second;
    const bool has_wall = timed_calls_ == values.size();
    report.wall_seconds = has_wall ? std::chrono::duration<double>(last_ - first_).count() : nan;
    const double seconds = has_wall ? report.wall_seconds : report.busy_seconds;
    report.items_per_second = seconds > 0 ? static_cast<double>(items_) / seconds : nan;
    for (const auto each : values) report.per_sample.values.push_back({-1, static_cast<double>(each) / ns_per_ms});
    return report;
  });
}

std::vector<Figure> figures(const LatencyReport& report) {
  return {{"mean_ms", report.mean_ms},
          {"deviation_ms", report.deviation_ms},
          {"min_ms", report.min_ms},
          {"p50_ms", report.p50_ms},
          {"p90_ms", report.p90_ms},
          {"p95_ms", report.p95_ms},
          {"p99_ms", report.p99_ms},
          {"max_ms", report.max_ms},
          {"busy_seconds", report.busy_seconds},
          {"wall_seconds", report.wall_seconds},
          {"items_per_second", report.items_per_second}};
}

std::string to_string(const LatencyReport& report) {
  return fmt::format("{} calls, {} items\n\n", report.calls, report.items) + figure_table(figures(report));
}

std::string to_json(const LatencyReport& report) {
  return guarded("writing a report as JSON", [&] {
    auto json = report_json("latency");
    json["calls"] = report.calls;
    json["items"] = report.items;
    write(json, figures(report));
    return text_of(json);
  });
}

}  // namespace visionkit
