#include <visionkit/metrics/classification.hpp>

#include <algorithm>
#include <array>
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

// The number of classes that come before the true one. Numbers of 32 bits, as wide as a score, so that it becomes
// vector code.
std::size_t rank_of(std::span<const float> scores, std::size_t truth, TieRule ties) {
  const float own = scores[truth];
  const auto place = static_cast<std::int32_t>(truth);
  const auto count = static_cast<std::int32_t>(scores.size());
  const float* score = scores.data();
  std::int32_t rank = 0;
  if (ties == TieRule::lowest_class_first) {
    for (std::int32_t i = 0; i < count; ++i)
      rank += static_cast<std::int32_t>((score[i] > own) | ((score[i] == own) & (i < place)));
  } else {
    for (std::int32_t i = 0; i < count; ++i)
      rank += static_cast<std::int32_t>((score[i] > own) | ((score[i] == own) & (i > place)));
  }
  return static_cast<std::size_t>(rank);
}

// The first of the largest. Four maxima side by side: one would wait for each comparison.
std::size_t best_of(std::span<const float> scores) {
  constexpr std::size_t lanes = 4;
  std::array<float, lanes> highest;
  highest.fill(scores[0]);
  std::size_t i = 0;
  for (; i + lanes <= scores.size(); i += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane)
      highest[lane] = scores[i + lane] > highest[lane] ? scores[i + lane] : highest[lane];
  }
  float best = scores[0];
  for (; i < scores.size(); ++i) best = scores[i] > best ? scores[i] : best;
  for (const float each : highest) best = each > best ? each : best;
  std::size_t place = 0;
  for (i = scores.size(); i-- > 0;) place = scores[i] == best ? i : place;
  return place;
}

struct Confidence {
  double best = 0;
  double squared_error = 0;
};

Confidence confidence_of(std::span<const float> scores, std::size_t truth, ScoreKind kind) {
  Confidence confidence;
  const auto add = [&](std::size_t i, double probability) {
    const double error = probability - (i == truth ? 1 : 0);
    confidence.best = std::max(confidence.best, probability);
    confidence.squared_error += error * error;
  };
  if (kind == ScoreKind::probabilities) {
    for (std::size_t i = 0; i < scores.size(); ++i) add(i, scores[i]);
  } else {
    const double highest = *std::max_element(scores.begin(), scores.end());
    double sum = 0;
    for (const double score : scores) sum += std::exp(score - highest);
    for (std::size_t i = 0; i < scores.size(); ++i) add(i, std::exp(scores[i] - highest) / sum);
  }
  // Probabilities whose sum is not 1 may be further from the truth than two that are.
  confidence.best = std::min(confidence.best, 1.0);
  confidence.squared_error = std::min(confidence.squared_error, 2.0);
  return confidence;
}

}  // namespace

ClassificationMetric::ClassificationMetric(int classes, const ClassificationOptions& options)
    : classes_(classes), options_(options), ranked_(classes), confusion_(classes) {
  if (options.scores == ScoreKind::labels)
    fail(ErrorCode::invalid_option, "scores is labels; expected logits or probabilities");
  guarded("a classification metric", [&] {
    ranks_.resize(static_cast<std::size_t>(classes) + 1);  // the last: not in the list
    if (options.calibration_bins != 0) calibration_.emplace(options.calibration_bins);
    if (options.curves == Keep::yes) curves_.resize(static_cast<std::size_t>(classes));
  });
}

void ClassificationMetric::check_truth(ClassId truth) const {
  if (truth.value < 0 || truth.value >= classes_)
    fail(ErrorCode::invalid_argument, "a true class of {}; expected 0..{}", truth.value, classes_ - 1);
}

void ClassificationMetric::check_scores(std::span<const float> scores) const {
  const bool is_bounded = calibration_ && options_.scores == ScoreKind::probabilities;
  const float low = is_bounded ? 0.0F : -std::numeric_limits<float>::infinity();
  const float high = is_bounded ? 1.0F : std::numeric_limits<float>::infinity();
  const auto count_good = [=](std::span<const float> part) {
    std::int32_t good = 0;  // as wide as a score, so that it becomes vector code
    for (const float score : part) good += static_cast<std::int32_t>((score >= low) & (score <= high));
    return static_cast<std::size_t>(good);
  };
  constexpr std::size_t part = 65536;
  std::size_t good = 0;
  for (std::size_t i = 0; i < scores.size(); i += part)
    good += count_good(scores.subspan(i, std::min(part, scores.size() - i)));
  if (good == scores.size()) return;
  const auto bad = *std::find_if(scores.begin(), scores.end(), [=](float s) { return !(s >= low && s <= high); });
  fail(ErrorCode::invalid_argument, "a score of {}; expected {}", bad,
       is_bounded ? "a probability, 0..1 (say scores = logits, or calibration_bins = 0)" : "a number");
}

void ClassificationMetric::add_row(std::span<const float> scores, ClassId truth) {
  const auto true_class = static_cast<std::size_t>(truth.value);
  const auto predicted = best_of(scores);
  ++samples_;
  ++ranks_[rank_of(scores, true_class, options_.ties)];
  confusion_.add(truth, ClassId(static_cast<int>(predicted)));
  if (calibration_) {
    const auto confidence = confidence_of(scores, true_class, options_.scores);
    calibration_->add(confidence.best, predicted == true_class ? Correctness::right : Correctness::wrong,
                      confidence.squared_error);
  }
  for (std::size_t i = 0; i < curves_.size(); ++i) {
    const std::uint8_t is_true = i == true_class ? 1 : 0;
    curves_[i].add(scores.subspan(i, 1), std::span(&is_true, 1));
  }
}

void ClassificationMetric::add(std::span<const float> scores, ClassId truth, std::int64_t sample) {
  if (scores.size() != static_cast<std::size_t>(classes_))
    fail(ErrorCode::shape, "{} scores; expected one for each of {} classes", scores.size(), classes_);
  check_truth(truth);
  check_scores(scores);
  guarded("judging a classification", [&] {
    if (options_.per_sample == Keep::yes)
      per_sample_.push_back({sample, best_of(scores) == static_cast<std::size_t>(truth.value) ? 1.0 : 0.0});
    add_row(scores, truth);
  });
}

void ClassificationMetric::add(std::span<const float> scores, std::span<const ClassId> truth) {
  const auto width = static_cast<std::size_t>(classes_);
  if (scores.size() / width != truth.size() || scores.size() % width != 0) {
    fail(ErrorCode::shape, "{} scores for {} samples; expected {} for each", scores.size(), truth.size(), classes_);
  }
  for (const auto each : truth) check_truth(each);
  check_scores(scores);
  guarded("judging classifications", [&] {
    for (std::size_t i = 0; i < truth.size(); ++i) {
      const auto row = scores.subspan(i * width, width);
      if (options_.per_sample == Keep::yes)
        per_sample_.push_back({-1, best_of(row) == static_cast<std::size_t>(truth[i].value) ? 1.0 : 0.0});
      add_row(row, truth[i]);
    }
  });
}

void ClassificationMetric::add(const Classification& result, ClassId truth, std::int64_t sample) {
  if (!result.scores.empty()) return add(result.scores, truth, sample);
  if (result.classes.empty()) fail(ErrorCode::invalid_argument, "judging a classification without a class");
  check_truth(truth);
  const auto& best = result.classes.front();
  check_truth(best.label);
  if (calibration_ && !(best.score >= 0 && best.score <= 1))
    fail(ErrorCode::invalid_argument, "a score of {}; expected a probability, 0..1", best.score);
  guarded("judging a classification", [&] {
    const auto found = std::find_if(result.classes.begin(), result.classes.end(),
                                    [&](const ClassScore& each) { return each.label == truth; });
    const auto rank = static_cast<std::size_t>(found - result.classes.begin());
    const bool is_right = rank == 0;
    if (options_.per_sample == Keep::yes) per_sample_.push_back({sample, is_right ? 1.0 : 0.0});
    ++samples_;
    ++ranks_[found == result.classes.end() ? ranks_.size() - 1 : std::min(rank, ranks_.size() - 1)];
    ranked_ = std::min(ranked_, static_cast<int>(result.classes.size()));
    has_lists_ = true;
    confusion_.add(truth, best.label);
    if (calibration_) calibration_->add(best.score, is_right ? Correctness::right : Correctness::wrong);
  });
}

void ClassificationMetric::merge(const ClassificationMetric& other) {
  if (other.classes_ != classes_) {
    fail(ErrorCode::invalid_argument, "merging a metric of {} classes into one of {}", other.classes_, classes_);
  }
  const auto& theirs = other.options_;
  if (theirs.scores != options_.scores || theirs.ties != options_.ties || theirs.curves != options_.curves ||
      theirs.calibration_bins != options_.calibration_bins || theirs.per_sample != options_.per_sample) {
    fail(ErrorCode::invalid_argument, "merging a classification metric with other options");
  }
  guarded("merging classification metrics", [&] {
    const auto added = other.per_sample_;
    per_sample_.insert(per_sample_.end(), added.begin(), added.end());
    for (std::size_t i = 0; i < curves_.size(); ++i) curves_[i].merge(other.curves_[i]);
    samples_ += other.samples_;
    for (std::size_t i = 0; i < ranks_.size(); ++i) ranks_[i] += other.ranks_[i];
    ranked_ = std::min(ranked_, other.ranked_);
    has_lists_ = has_lists_ || other.has_lists_;
    confusion_.merge(other.confusion_);
    if (calibration_) calibration_->merge(*other.calibration_);
  });
}

ClassificationReport ClassificationMetric::report(const ClassificationReportOptions& options) const {
  return guarded("a classification report", [&] {
    ClassificationReport report;
    report.samples = samples_;
    for (const int k : options.top_k) {
      if (k < 1) fail(ErrorCode::invalid_option, "top_k has {}, expected at least 1", k);
      if (k > classes_) continue;
      TopK top = {.k = k};
      for (int rank = 0; rank < k; ++rank) top.correct += ranks_[static_cast<std::size_t>(rank)];
      top.accuracy =
          samples_ == 0 || k > ranked_ ? nan : static_cast<double>(top.correct) / static_cast<double>(samples_);
      report.top_k.push_back(top);
    }
    report.confusion = confusion_.report(options.rates);
    if (calibration_) {
      report.calibration = calibration_->report();
      if (has_lists_) report.calibration->brier = nan;
    }
    if (!has_lists_) {
      for (const auto& curve : curves_) report.curves.push_back(curve.summary());
    }
    report.mean_average_precision = mean_average_precision(report.curves);
    report.mean_roc_auc = mean_roc_auc(report.curves);
    report.per_sample = {.name = "accuracy", .values = per_sample_};
    sort_samples(report.per_sample.values);
    return report;
  });
}

CurveReport ClassificationMetric::curve(ClassId label) const {
  check_truth(label);
  if (curves_.empty() || has_lists_)
    fail(ErrorCode::invalid_argument, "a curve of a classification metric that has not kept the scores of all classes");
  return curves_[static_cast<std::size_t>(label.value)].report();
}

std::vector<Figure> figures(const ClassificationReport& report) {
  auto list = figures(report.confusion);
  for (const auto& top : report.top_k) list.push_back({fmt::format("top_{}_accuracy", top.k), top.accuracy});
  if (report.calibration) {
    for (auto& figure : figures(*report.calibration)) list.push_back(std::move(figure));
  }
  if (!report.curves.empty()) {
    list.push_back({"mean_average_precision", report.mean_average_precision});
    list.push_back({"mean_roc_auc", report.mean_roc_auc});
  }
  return list;
}

std::string to_string(const ClassificationReport& report, const Labels& labels) {
  std::vector<Figure> list;
  for (const auto& top : report.top_k) list.push_back({fmt::format("top-{} accuracy", top.k), top.accuracy});
  if (!report.curves.empty()) {
    list.push_back({"mean average precision", report.mean_average_precision});
    list.push_back({"mean ROC AUC", report.mean_roc_auc});
  }
  const auto text =
      fmt::format("{} samples\n\n", report.samples) + figure_table(list) + "\n" + to_string(report.confusion, labels);
  return text + score_tables(report.curves, report.calibration, labels);
}

std::string to_json(const ClassificationReport& report, const Labels& labels) {
  return guarded("writing a report as JSON", [&] {
    auto json = report_json("classification");
    auto& top_k = json["top_k"] = Json::array();
    for (const auto& top : report.top_k)
      top_k.push_back({{"k", top.k}, {"correct", top.correct}, {"accuracy", top.accuracy}});
    write(json, report.confusion, labels);
    if (!report.curves.empty()) {
      json["mean_average_precision"] = report.mean_average_precision;
      json["mean_roc_auc"] = report.mean_roc_auc;
    }
    write(json, report.curves, report.calibration);
    write(json, report.per_sample);
    return text_of(json);
  });
}

}  // namespace visionkit
