#include <visionkit/metrics/metric.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/fail.hpp"
#include "metrics/bootstrap.hpp"
#include "metrics/table.hpp"

namespace visionkit {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

double resampled_mean(std::span<const double> values, std::mt19937_64& generator) {
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += values[draw(generator, values.size())];
  return sum / static_cast<double>(values.size());
}

std::vector<double> without_nan(std::span<const double> values) {
  std::vector<double> kept;
  std::copy_if(values.begin(), values.end(), std::back_inserter(kept), [](double value) { return !std::isnan(value); });
  return kept;
}

std::vector<double> numbers_of(const PerSample& samples) {
  std::vector<double> numbers;
  for (const auto& each : samples.values) numbers.push_back(each.value);
  return numbers;
}

bool are_same_samples(const PerSample& a, const PerSample& b) {
  const auto is_numbered = [](const PerSample& samples) {
    for (std::size_t i = 0; i < samples.values.size(); ++i) {
      if (samples.values[i].sample < 0) return false;
      if (i > 0 && samples.values[i].sample == samples.values[i - 1].sample) return false;
    }
    return true;
  };
  return is_numbered(a) && std::equal(a.values.begin(), a.values.end(), b.values.begin(), b.values.end(),
                                      [](const auto& x, const auto& y) { return x.sample == y.sample; });
}

Interval interval_of_change(const PerSample& before, const PerSample& after, bool is_paired,
                            const BootstrapOptions& options) {
  const auto first = numbers_of(before);
  const auto second = numbers_of(after);
  if (is_paired) {
    std::vector<double> changes(first.size());
    for (std::size_t i = 0; i < changes.size(); ++i) changes[i] = second[i] - first[i];
    return bootstrap_interval(changes, options);
  }
  const auto a = without_nan(first);
  const auto b = without_nan(second);
  if (a.empty() || b.empty()) return {nan, nan};
  return percentile_interval(options, [&](auto& generator) {
    const double mean = resampled_mean(a, generator);
    return resampled_mean(b, generator) - mean;
  });
}

std::optional<double> find(std::span<const Figure> figures, const std::string& name) {
  for (const auto& figure : figures) {
    if (figure.name == name) return figure.value;
  }
  return std::nullopt;
}

const char* pairing(const ReportComparison& comparison) { return comparison.is_paired ? "paired" : "unpaired"; }

}  // namespace

void check(const BootstrapOptions& options) {
  if (options.resamples < 1 || options.resamples > 1000000)
    fail(ErrorCode::invalid_option, "resamples is {}, expected 1..1000000", options.resamples);
  if (!(options.confidence > 0 && options.confidence < 1))
    fail(ErrorCode::invalid_option, "confidence is {}, expected above 0 and below 1", options.confidence);
}

Interval bootstrap_interval(std::span<const double> values, const BootstrapOptions& options) {
  return guarded("bootstrapping", [&]() -> Interval {
    check(options);
    const auto kept = without_nan(values);
    if (kept.empty()) return {nan, nan};
    return percentile_interval(options, [&](auto& generator) { return resampled_mean(kept, generator); });
  });
}

ReportComparison compare_figures(std::span<const Figure> before, std::span<const Figure> after,
                                 const PerSample& samples_before, const PerSample& samples_after,
                                 const BootstrapOptions& options) {
  return guarded("comparing reports", [&] {
    check(options);
    ReportComparison comparison;
    for (const auto& [name, value] : before) {
      const double other = find(after, name).value_or(nan);
      comparison.figures.push_back({name, value, other, other - value, {}});
    }
    for (const auto& [name, value] : after) {
      if (!find(before, name)) comparison.figures.push_back({name, nan, value, nan, {}});
    }
    if (samples_before.values.empty() || samples_after.values.empty()) return comparison;
    comparison.is_paired = are_same_samples(samples_before, samples_after);
    for (auto& figure : comparison.figures) {
      if (figure.name == samples_before.name && figure.name == samples_after.name)
        figure.interval = interval_of_change(samples_before, samples_after, comparison.is_paired, options);
    }
    return comparison;
  });
}

std::string to_string(const ReportComparison& comparison) {
  TextTable table({"figure", "before", "after", "change"});
  std::string intervals;
  for (const auto& [name, before, after, change, interval] : comparison.figures) {
    table.row({name, figure_text(before), figure_text(after), change_text(change)});
    if (!interval) continue;
    intervals += fmt::format("\n{}: {} in [{}, {}], samples {}\n", name, change_text(change),
                             change_text(interval->low), change_text(interval->high), pairing(comparison));
  }
  return table.text() + intervals;
}

std::string to_json(const ReportComparison& comparison) {
  return guarded("writing a comparison as JSON", [&] {
    auto json = report_json("comparison");
    json["samples"] = pairing(comparison);
    auto& list = json["figures"] = Json::array();
    for (const auto& [name, before, after, change, interval] : comparison.figures) {
      list.push_back({{"name", name}, {"before", before}, {"after", after}, {"change", change}});
      if (interval) list.back()["interval"] = {interval->low, interval->high};
    }
    return text_of(json);
  });
}

}  // namespace visionkit
