#include <visionkit/metrics/multi_label.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/fail.hpp"
#include "metrics/curves_text.hpp"
#include "metrics/rates_text.hpp"
#include "metrics/table.hpp"

namespace visionkit {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr int max_labels = 1000000;

// In float, as the tools do: a logit below 6e-8 is exactly one half.
float sigmoid(float logit) { return 1.0F / (1.0F + std::exp(-logit)); }

double matthews(const ClassCounts& counts) {
  const auto tp = static_cast<double>(counts.true_positives);
  const auto fp = static_cast<double>(counts.false_positives);
  const auto fn = static_cast<double>(counts.false_negatives);
  const auto tn = static_cast<double>(counts.true_negatives);
  const double spread = std::sqrt((tp + fp) * (tp + fn)) * std::sqrt((tn + fp) * (tn + fn));
  return spread > 0 ? (tp * tn - fp * fn) / spread : 0;
}

AveragePrecisions average_precisions(const std::vector<BinaryCurve>& curves, const std::vector<CurveSummary>& summaries,
                                     double mean_of_samples) {
  AveragePrecisions all = {.macro = mean_average_precision(summaries), .samples = mean_of_samples};
  BinaryCurve together;
  for (const auto& curve : curves) together.merge(curve);
  all.micro = together.summary().average_precision;
  double support = 0;
  for (const auto& each : summaries) {
    all.weighted += each.average_precision * static_cast<double>(each.positives);
    support += static_cast<double>(each.positives);
  }
  if (support > 0) all.weighted /= support;
  return all;
}

std::vector<Figure> named(const AveragePrecisions& values) {
  return {{"micro_average_precision", values.micro},
          {"macro_average_precision", values.macro},
          {"weighted_average_precision", values.weighted},
          {"samples_average_precision", values.samples}};
}

}  // namespace

MultiLabelMetric::MultiLabelMetric(int labels, const MultiLabelOptions& options) : labels_(labels), options_(options) {
  if (labels < 1 || labels > max_labels)
    fail(ErrorCode::invalid_option, "a metric of {} labels; expected 1..{}", labels, max_labels);
  if (!(options.threshold >= 0 && options.threshold <= 1) && options.calibration_bins != 0)
    fail(ErrorCode::invalid_option, "threshold is {}, expected 0..1", options.threshold);
  if (options.scores == ScoreKind::labels)
    fail(ErrorCode::invalid_option, "scores is labels; expected logits or probabilities");
  guarded("a multi-label metric", [&] {
    counts_.resize(static_cast<std::size_t>(labels));
    if (options.curves == Keep::yes) curves_.resize(counts_.size());
    if (options.calibration_bins != 0) calibration_.emplace_back(options.calibration_bins);
  });
}

void MultiLabelMetric::add(std::span<const float> scores, std::span<const std::uint8_t> truth) {
  if (!truth.empty() || !scores.empty()) add_samples(scores, truth, -1);
}

void MultiLabelMetric::add(std::span<const float> scores, std::span<const std::uint8_t> truth, std::int64_t sample) {
  if (truth.size() != counts_.size())
    fail(ErrorCode::shape, "{} labels of one sample; expected {}", truth.size(), labels_);
  add_samples(scores, truth, sample);
}

void MultiLabelMetric::add_samples(std::span<const float> scores, std::span<const std::uint8_t> truth,
                                   std::int64_t sample) {
  const auto width = counts_.size();
  if (scores.size() != truth.size() || scores.size() % width != 0) {
    fail(ErrorCode::shape, "{} scores with {} labels; expected as many, {} for each sample", scores.size(),
         truth.size(), labels_);
  }
  const bool is_bounded = !calibration_.empty() && options_.scores == ScoreKind::probabilities;
  for (const float score : scores) {
    if (std::isnan(score) || (is_bounded && !(score >= 0 && score <= 1)))
      fail(ErrorCode::invalid_argument, "a score of {}; expected {}", score, is_bounded ? "0..1" : "a number");
  }
  guarded("judging labels", [&] {
    std::vector<float> probabilities(scores.begin(), scores.end());
    if (options_.scores == ScoreKind::logits)
      std::transform(scores.begin(), scores.end(), probabilities.begin(), sigmoid);
    for (std::size_t i = 0; i < scores.size(); i += width)
      add_sample(std::span(probabilities).subspan(i, width), truth.subspan(i, width), sample);
  });
}

void MultiLabelMetric::add_sample(std::span<const float> probabilities, std::span<const std::uint8_t> truth,
                                  std::int64_t sample) {
  std::array<int, 3> counts = {};  // true positives, false positives, false negatives
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const float p = probabilities[i];
    const bool is_yes = options_.rule == ThresholdRule::above ? p > options_.threshold : p >= options_.threshold;
    const bool is_true = truth[i] != 0;
    counts_[i].true_positives += is_yes && is_true ? 1U : 0U;
    counts_[i].false_positives += is_yes && !is_true ? 1U : 0U;
    counts_[i].false_negatives += !is_yes && is_true ? 1U : 0U;
    counts_[i].true_negatives += !is_yes && !is_true ? 1U : 0U;
    if (is_yes || is_true) ++counts[is_yes && is_true ? 0 : is_yes ? 1 : 2];
    if (!curves_.empty()) curves_[i].add(probabilities.subspan(i, 1), truth.subspan(i, 1));
    if (!calibration_.empty()) calibration_[0].add(p, is_true ? Correctness::right : Correctness::wrong);
  }
  ++samples_;
  ++sample_counts_[counts];
  if (!curves_.empty()) {
    BinaryCurve ranking;
    ranking.add(probabilities, truth);
    sample_precisions_.add(ranking.summary().average_precision);
  }
  if (options_.per_sample == Keep::yes) {
    const int wrong = counts[1] + counts[2];
    per_sample_.push_back({sample, counts[0] == 0 ? 0 : 2.0 * counts[0] / (2.0 * counts[0] + wrong)});
  }
}

void MultiLabelMetric::merge(const MultiLabelMetric& other) {
  if (other.labels_ != labels_)
    fail(ErrorCode::invalid_argument, "merging a metric of {} labels into one of {}", other.labels_, labels_);
  const auto& theirs = other.options_;
  if (theirs.threshold != options_.threshold || theirs.rule != options_.rule || theirs.scores != options_.scores ||
      theirs.calibration_bins != options_.calibration_bins || theirs.curves != options_.curves ||
      theirs.per_sample != options_.per_sample) {
    fail(ErrorCode::invalid_argument, "merging a multi-label metric with other options");
  }
  guarded("merging multi-label metrics", [&] {
    const auto added = other.per_sample_;
    per_sample_.insert(per_sample_.end(), added.begin(), added.end());
    for (std::size_t i = 0; i < curves_.size(); ++i) curves_[i].merge(other.curves_[i]);
    for (const auto& [counts, times] : other.sample_counts_) sample_counts_[counts] += times;
    samples_ += other.samples_;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      counts_[i].true_positives += other.counts_[i].true_positives;
      counts_[i].false_positives += other.counts_[i].false_positives;
      counts_[i].false_negatives += other.counts_[i].false_negatives;
      counts_[i].true_negatives += other.counts_[i].true_negatives;
    }
    sample_precisions_.merge(other.sample_precisions_);
    if (!calibration_.empty()) calibration_[0].merge(other.calibration_[0]);
  });
}

MultiLabelReport MultiLabelMetric::report(const RateOptions& options) const {
  return guarded("a multi-label report", [&] {
    auto rates_options = options;
    rates_options.labelling = Labelling::many_labels;
    MultiLabelReport report;
    report.samples = samples_;
    report.counts = counts_;
    report.rates = rates_of(counts_, rates_options);
    report.per_sample_rates = per_sample_rates(rates_options);
    std::uint64_t wrong = 0;
    for (const auto& each : counts_) {
      report.matthews.push_back(matthews(each));
      wrong += each.false_positives + each.false_negatives;
    }
    std::uint64_t perfect = 0;
    for (const auto& [counts, times] : sample_counts_) perfect += counts[1] + counts[2] == 0 ? times : 0;
    const auto all = static_cast<double>(samples_);
    report.subset_accuracy = samples_ == 0 ? nan : static_cast<double>(perfect) / all;
    report.hamming_loss = samples_ == 0 ? nan : static_cast<double>(wrong) / (all * labels_);
    for (const auto& curve : curves_) report.curves.push_back(curve.summary());
    report.average_precision = {nan, nan, nan, nan};
    if (!curves_.empty()) {
      report.average_precision =
          average_precisions(curves_, report.curves, samples_ == 0 ? nan : sample_precisions_.value() / all);
    }
    report.mean_roc_auc = mean_roc_auc(report.curves);
    if (!calibration_.empty()) report.calibration = calibration_[0].report();
    report.per_sample = {.name = "samples_f_score", .values = per_sample_};
    sort_samples(report.per_sample.values);
    return report;
  });
}

CurveReport MultiLabelMetric::curve(ClassId label) const {
  if (curves_.empty()) fail(ErrorCode::invalid_argument, "a curve of a multi-label metric that keeps none");
  if (label.value < 0 || label.value >= labels_)
    fail(ErrorCode::invalid_argument, "the curve of label {}; expected 0..{}", label.value, labels_ - 1);
  return curves_[static_cast<std::size_t>(label.value)].report();
}

Rates MultiLabelMetric::per_sample_rates(const RateOptions& options) const {
  Rates mean;
  for (const auto rate : {&Rates::precision, &Rates::recall, &Rates::f_score, &Rates::iou, &Rates::dice}) {
    double sum = 0;
    std::uint64_t count = 0;
    for (const auto& [counts, times] : sample_counts_) {
      const auto [tp, fp, fn] = counts;
      const double value = rates_of(ClassCounts{.true_positives = static_cast<std::uint64_t>(tp),
                                                .false_positives = static_cast<std::uint64_t>(fp),
                                                .false_negatives = static_cast<std::uint64_t>(fn)},
                                    options).*
                           rate;
      if (std::isnan(value)) continue;
      sum += value * static_cast<double>(times);
      count += times;
    }
    mean.*rate = count == 0 ? nan : sum / static_cast<double>(count);
  }
  return mean;
}

std::vector<Figure> figures(const MultiLabelReport& report) {
  std::vector<Figure> list = {{"subset_accuracy", report.subset_accuracy}, {"hamming_loss", report.hamming_loss}};
  append_figures(list, report.rates);
  list.push_back({"samples_precision", report.per_sample_rates.precision});
  list.push_back({"samples_recall", report.per_sample_rates.recall});
  list.push_back({"samples_f_score", report.per_sample_rates.f_score});
  list.push_back({"samples_iou", report.per_sample_rates.iou});
  if (!report.curves.empty()) {
    for (auto& figure : named(report.average_precision)) list.push_back(std::move(figure));
    list.push_back({"mean_roc_auc", report.mean_roc_auc});
  }
  if (report.calibration) {
    for (auto& figure : figures(*report.calibration)) list.push_back(std::move(figure));
  }
  return list;
}

std::string to_string(const MultiLabelReport& report, const Labels& labels) {
  std::vector<Figure> list = {{"subset accuracy", report.subset_accuracy},
                              {"Hamming loss", report.hamming_loss},
                              {"F-score per sample", report.per_sample_rates.f_score}};
  if (!report.curves.empty()) {
    list.push_back({"mean average precision", report.average_precision.macro});
    list.push_back({"mean ROC AUC", report.mean_roc_auc});
  }
  const auto text = fmt::format("{} samples\n\n", report.samples) + figure_table(list) + "\n" +
                    rates_table(report.rates, report.counts, labels);
  return text + score_tables(report.curves, report.calibration, labels);
}

std::string to_json(const MultiLabelReport& report, const Labels& labels) {
  return guarded("writing a report as JSON", [&] {
    auto json = report_json("multi_label");
    json["samples"] = report.samples;
    json["subset_accuracy"] = report.subset_accuracy;
    json["hamming_loss"] = report.hamming_loss;
    write(json["per_sample_mean"], report.per_sample_rates);
    write(json, report.rates, report.counts, labels);
    json["matthews"] = report.matthews;
    if (!report.curves.empty()) {
      write(json, named(report.average_precision));
      json["mean_roc_auc"] = report.mean_roc_auc;
    }
    write(json, report.curves, report.calibration);
    write(json, report.per_sample);
    return text_of(json);
  });
}

}  // namespace visionkit
