#include <visionkit/metrics/rates.hpp>

#include <array>
#include <cmath>
#include <limits>

#include "core/fail.hpp"

namespace visionkit {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::array all_rates = {&Rates::precision, &Rates::recall, &Rates::f_score, &Rates::iou, &Rates::dice};

void check(const RateOptions& options) {
  if (!(options.beta > 0) || std::isinf(options.beta))
    fail(ErrorCode::invalid_option, "beta is {}, expected above 0", options.beta);
  if (options.undefined != 0 && options.undefined != 1)
    fail(ErrorCode::invalid_option, "undefined is {}, expected 0 or 1", options.undefined);
}

double undefined_of(const RateOptions& options) {
  switch (options.rules) {
    case CountingRules::scikit_learn: return options.undefined;
    case CountingRules::torchmetrics: return 0;
    case CountingRules::mmsegmentation: return nan;
  }
  return nan;
}

// No rule defines the F-score itself where precision and recall are both 0.
double f_score(double precision, double recall, const RateOptions& options) {
  const double square = options.beta * options.beta;
  const double divisor = square * precision + recall;
  if (divisor == 0) return options.rules == CountingRules::mmsegmentation ? nan : 0;
  return (1 + square) * precision * recall / divisor;
}

Rates rates_unchecked(const ClassCounts& counts, const RateOptions& options) {
  const auto share = [&](std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? undefined_of(options) : static_cast<double>(part) / static_cast<double>(whole);
  };
  const auto tp = counts.true_positives;
  const auto wrong = counts.false_positives + counts.false_negatives;
  Rates rates = {.precision = share(tp, counts.predicted()),
                 .recall = share(tp, counts.support()),
                 .iou = share(tp, tp + wrong),
                 .dice = share(2 * tp, 2 * tp + wrong)};
  rates.f_score = f_score(rates.precision, rates.recall, options);
  return rates;
}

bool is_ignored(std::size_t index, const RateOptions& options) {
  return options.rules == CountingRules::torchmetrics && options.ignored && options.ignored->value >= 0 &&
         static_cast<std::size_t>(options.ignored->value) == index;
}

Rates micro_of(std::span<const ClassCounts> classes, const RateOptions& options) {
  ClassCounts sum;
  std::uint64_t ignored = 0;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const auto& each = classes[i];
    sum.true_positives += each.true_positives;
    sum.false_positives += each.false_positives;
    sum.false_negatives += each.false_negatives;
    if (is_ignored(i, options)) ignored = each.predicted() + each.false_negatives;
  }
  auto rates = rates_unchecked(sum, options);
  if (ignored > 0) {
    const auto unions = sum.predicted() + sum.false_negatives - ignored;
    rates.iou = unions == 0 ? 0 : static_cast<double>(sum.true_positives) / static_cast<double>(unions);
  }
  return rates;
}

class Means {
 public:
  Means(std::span<const ClassCounts> classes, const std::vector<Rates>& rates, const RateOptions& options)
      : classes_(classes), rates_(rates), options_(options) {
    for (const auto& each : classes) predicted_ += each.predicted();
  }

  [[nodiscard]] Rates macro() const {
    Rates out;
    for (const auto rate : all_rates) {
      out.*rate = mean(rate, of_nothing(rate), [&](std::size_t i) { return is_in_macro(i, rate) ? 1.0 : 0.0; });
    }
    return out;
  }

  [[nodiscard]] Rates weighted() const {
    const auto plain = macro();
    Rates out;
    for (const auto rate : all_rates) {
      const bool falls_back = options_.rules == CountingRules::scikit_learn && is_overlap(rate);
      out.*rate = mean(rate, falls_back ? plain.*rate : of_nothing(rate), [&](std::size_t i) {
        return leaves_out(i, rate) ? 0.0 : static_cast<double>(classes_[i].support());
      });
    }
    return out;
  }

 private:
  using Rate = double Rates::*;

  static bool is_overlap(Rate rate) { return rate == &Rates::iou || rate == &Rates::dice; }

  [[nodiscard]] bool leaves_out(std::size_t index, Rate rate) const {
    return rate == &Rates::iou && is_ignored(index, options_);
  }

  [[nodiscard]] bool is_in_macro(std::size_t index, Rate rate) const {
    if (leaves_out(index, rate)) return false;
    if (options_.rules != CountingRules::torchmetrics || options_.labelling == Labelling::many_labels) return true;
    return classes_[index].predicted() + classes_[index].false_negatives > 0;
  }

  template <class Weight>
  [[nodiscard]] double mean(Rate rate, double none, Weight&& weight_of) const {
    double sum = 0;
    double weights = 0;
    for (std::size_t i = 0; i < rates_.size(); ++i) {
      const double value = rates_[i].*rate;
      const double weight = weight_of(i);
      if (weight == 0 || std::isnan(value)) continue;
      sum += weight * value;
      weights += weight;
    }
    return weights > 0 ? sum / weights : none;
  }

  // The value of a mean over no class.
  [[nodiscard]] double of_nothing(Rate rate) const {
    switch (options_.rules) {
      case CountingRules::scikit_learn:
        return is_overlap(rate) || rate == &Rates::recall || predicted_ == 0 ? options_.undefined : 0;
      case CountingRules::torchmetrics: return rate == &Rates::iou ? nan : 0;
      case CountingRules::mmsegmentation: return nan;
    }
    return nan;
  }

  std::span<const ClassCounts> classes_;
  const std::vector<Rates>& rates_;
  const RateOptions& options_;
  std::uint64_t predicted_ = 0;
};

}  // namespace

std::string_view to_string(CountingRules rules) noexcept {
  switch (rules) {
    case CountingRules::scikit_learn: return "scikit_learn";
    case CountingRules::torchmetrics: return "torchmetrics";
    case CountingRules::mmsegmentation: return "mmsegmentation";
  }
  return "unknown";
}

Rates rates_of(const ClassCounts& counts, const RateOptions& options) {
  check(options);
  return rates_unchecked(counts, options);
}

RateSummary rates_of(std::span<const ClassCounts> classes, const RateOptions& options) {
  return guarded("averaging rates", [&] {
    check(options);
    RateSummary summary;
    for (const auto& each : classes) summary.classes.push_back(rates_unchecked(each, options));
    summary.micro = micro_of(classes, options);
    const Means means(classes, summary.classes, options);
    summary.macro = means.macro();
    summary.weighted = means.weighted();
    return summary;
  });
}

}  // namespace visionkit
