#include "metrics/detection/summary.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string_view>

namespace visionkit {
namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

// Picks a part of the arrays, in the order of numpy's boolean indexing, and takes the mean.
class Picker {
 public:
  Picker(const DetectionMetricsOptions& options, const PrecisionArrays& arrays, std::size_t first_class,
         std::size_t class_count)
      : options_(options), arrays_(arrays), first_class_(first_class), class_count_(class_count) {}

  double precision(std::string_view area, std::optional<double> threshold, std::optional<std::size_t> limit) {
    return mean(arrays_.precision, arrays_.recalls, area, threshold, limit);
  }
  double recall(std::string_view area, std::optional<std::size_t> limit) {
    return mean(arrays_.recall, 1, area, {}, limit);
  }
  /// The entry of max_detections with this value.
  [[nodiscard]] std::optional<std::size_t> limit_of(int value) const {
    const auto found = std::ranges::find(options_.max_detections, value);
    if (found == options_.max_detections.end()) return {};
    return static_cast<std::size_t>(found - options_.max_detections.begin());
  }
  [[nodiscard]] std::optional<std::size_t> limit_at(std::size_t index) const {
    return std::min(index, options_.max_detections.size() - 1);
  }

 private:
  double mean(const std::vector<double>& values, std::size_t recalls, std::string_view area_name,
              std::optional<double> threshold, std::optional<std::size_t> limit) {
    const auto area = std::ranges::find(options_.areas, area_name, &AreaRange::name);
    if (area == options_.areas.end() || !limit) return undefined;
    const auto a = static_cast<std::size_t>(area - options_.areas.begin());
    picked_.clear();
    for (std::size_t t = 0; t < arrays_.thresholds; ++t) {
      if (threshold && options_.iou_thresholds[t] != *threshold) continue;
      for (std::size_t r = 0; r < recalls; ++r) {
        for (std::size_t k = first_class_; k < first_class_ + class_count_; ++k) {
          const auto cell = ((t * recalls + r) * arrays_.classes + k) * arrays_.areas + a;
          const auto value = values[cell * arrays_.limits + *limit];
          if (value > -1) picked_.push_back(value);
        }
      }
    }
    return picked_.empty() ? undefined : pairwise_sum(picked_) / static_cast<double>(picked_.size());
  }

  const DetectionMetricsOptions& options_;
  const PrecisionArrays& arrays_;
  std::size_t first_class_;
  std::size_t class_count_;
  std::vector<double> picked_;
};

}  // namespace

double pairwise_sum(std::span<const double> values) {
  constexpr std::size_t block = 128;
  const auto n = values.size();
  if (n < 8) {
    double sum = 0;
    for (const auto value : values) sum += value;
    return sum;
  }
  if (n > block) {
    const auto half = n / 2 - n / 2 % 8;
    return pairwise_sum(values.first(half)) + pairwise_sum(values.subspan(half));
  }
  std::array<double, 8> sums{};
  std::copy_n(values.begin(), 8, sums.begin());
  std::size_t i = 8;
  for (; i < n - n % 8; i += 8) {
    for (std::size_t j = 0; j < 8; ++j) sums[j] += values[i + j];
  }
  double sum = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
  for (; i < n; ++i) sum += values[i];
  return sum;
}

DetectionSummary summarize(const DetectionMetricsOptions& options, const PrecisionArrays& arrays) {
  Picker pick(options, arrays, 0, arrays.classes);
  const auto last = pick.limit_at(2);
  return {
      .ap = pick.precision("all", {}, pick.limit_of(summary_detections)),
      .ap50 = pick.precision("all", .5, last),
      .ap75 = pick.precision("all", .75, last),
      .ap_small = pick.precision("small", {}, last),
      .ap_medium = pick.precision("medium", {}, last),
      .ap_large = pick.precision("large", {}, last),
      .ar1 = pick.recall("all", pick.limit_at(0)),
      .ar10 = pick.recall("all", pick.limit_at(1)),
      .ar100 = pick.recall("all", last),
      .ar_small = pick.recall("small", last),
      .ar_medium = pick.recall("medium", last),
      .ar_large = pick.recall("large", last),
  };
}

ClassFigures summarize_class(const DetectionMetricsOptions& options, const PrecisionArrays& arrays,
                             std::size_t category) {
  Picker pick(options, arrays, category, 1);
  const auto last = pick.limit_at(arrays.limits - 1);
  ClassFigures figures;
  figures.ap = pick.precision("all", {}, last);
  figures.ap50 = pick.precision("all", .5, last);
  figures.ap75 = pick.precision("all", .75, last);
  figures.ap_small = pick.precision("small", {}, last);
  figures.ap_medium = pick.precision("medium", {}, last);
  figures.ap_large = pick.precision("large", {}, last);
  figures.ar = pick.recall("all", last);
  return figures;
}

}  // namespace visionkit
