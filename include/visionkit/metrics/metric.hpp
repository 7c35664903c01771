// What all metrics have in common. A metric is an accumulator: add() takes samples, merge() takes over another's
// samples, report() sums up. Samples, shards and threads may come in any order: the report has the same bits. An
// accumulator is a value without locks: one for each thread, merged at the end. A report is a plain struct with
// to_string() (an aligned table), to_json() and figures(); compare() sets two reports of one kind side by side.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <visionkit/core/config.hpp>

namespace visionkit {

/// The version of the JSON that reports write, their key "schema_version". It grows when a key changes its meaning or
/// goes away, not when one is added. Numbers that are NaN or infinite are null.
inline constexpr int report_schema_version = 1;

/// One number of a report. What describes the report as a whole has the name that it has in the JSON.
struct Figure {
  std::string name;
  double value = 0;
};

/// What one sample contributes to a figure that is a mean over samples.
struct SampleValue {
  std::int64_t sample = -1;  ///< the caller's number of the sample, not negative; -1: it has none
  double value = 0;
};

/// The values whose mean is the figure `name`; by rising sample number, equal ones by rising value, NaN last. Empty
/// when they were not kept.
struct PerSample {
  std::string name;
  std::vector<SampleValue> values = {};
};

struct Interval {
  double low = 0;
  double high = 0;
};

struct BootstrapOptions {
  int resamples = 1000;      ///< 1..1000000
  double confidence = 0.95;  ///< the part of the resamples inside the interval, above 0 and below 1
  std::uint64_t seed = 1;    ///< equal seeds give equal intervals, on every machine
};

/// The percentile bootstrap interval (Efron 1979) of the mean of values; NaN values are left out, without any left the
/// interval is NaN. Throws invalid_option.
[[nodiscard]] VISIONKIT_API Interval bootstrap_interval(std::span<const double> values,
                                                        const BootstrapOptions& options = {});

struct FigureChange {
  std::string name;
  double before = 0;  ///< NaN for a figure that only one of the reports has
  double after = 0;
  double change = 0;                      ///< after - before
  std::optional<Interval> interval = {};  ///< of the change, for what was resampled
};

struct ReportComparison {
  std::vector<FigureChange> figures;  ///< in the order of the reports
  /// Whether both reports hold the same numbered samples, so that the bootstrap drew pairs. Pairs give narrower
  /// intervals.
  bool is_paired = false;
};

/// A table, and below it a line for each interval.
VISIONKIT_API std::string to_string(const ReportComparison& comparison);
VISIONKIT_API std::string to_json(const ReportComparison& comparison);

/// What compare() is made of.
[[nodiscard]] VISIONKIT_API ReportComparison compare_figures(std::span<const Figure> before,
                                                             std::span<const Figure> after,
                                                             const PerSample& samples_before = {},
                                                             const PerSample& samples_after = {},
                                                             const BootstrapOptions& options = {});

/// A report: it prints, writes JSON and lists its figures.
template <class R>
concept MetricReport = std::copyable<R> && requires(const R& report) {
  { to_string(report) } -> std::same_as<std::string>;
  { to_json(report) } -> std::same_as<std::string>;
  { figures(report) } -> std::same_as<std::vector<Figure>>;
};

/// A metric whose add() takes samples of these types.
template <class M, class... Sample>
concept Metric = std::copyable<M> && requires(M metric, const M& other, const Sample&... sample) {
  metric.add(sample...);
  metric.merge(other);
  { other.report() } -> MetricReport;
};

/// The figures of two reports of one kind side by side, with a bootstrap interval of the change where both kept values
/// of single samples; detection metrics draw pictures instead, see DetectionMetrics::compare(). Throws invalid_option.
template <MetricReport R>
[[nodiscard]] ReportComparison compare(const R& before, const R& after, const BootstrapOptions& options = {}) {
  if constexpr (requires { before.per_sample; }) {
    return compare_figures(figures(before), figures(after), before.per_sample, after.per_sample, options);
  } else {
    return compare_figures(figures(before), figures(after));
  }
}

}  // namespace visionkit
