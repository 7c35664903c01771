#include <visionkit/metrics/curves.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include "core/fail.hpp"
#include "metrics/curves_text.hpp"
#include "metrics/table.hpp"

namespace visionkit {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

CurvePoint point_at(double threshold, std::uint64_t tp, std::uint64_t fp, std::uint64_t positives) {
  const auto hits = static_cast<double>(tp);
  return {.threshold = threshold,
          .true_positives = tp,
          .false_positives = fp,
          .precision = hits / static_cast<double>(tp + fp),
          .recall = positives == 0 ? 1 : hits / static_cast<double>(positives),
          .f1 = 2 * hits / static_cast<double>(tp + fp + positives)};
}

// Calls use(point) at every distinct score, from the highest down.
template <class Use>
void sweep(std::vector<double> positives, std::vector<double> negatives, Use&& use) {
  std::sort(positives.begin(), positives.end(), std::greater<>());
  std::sort(negatives.begin(), negatives.end(), std::greater<>());
  std::size_t tp = 0;
  std::size_t fp = 0;
  while (tp < positives.size() || fp < negatives.size()) {
    const double threshold = fp == negatives.size()   ? positives[tp]
                             : tp == positives.size() ? negatives[fp]
                                                      : std::max(positives[tp], negatives[fp]);
    while (tp < positives.size() && positives[tp] == threshold) ++tp;
    while (fp < negatives.size() && negatives[fp] == threshold) ++fp;
    use(point_at(threshold, tp, fp, positives.size()));
  }
}

// Sums up the points in their order.
class Summary {
 public:
  Summary(std::size_t positives, std::size_t negatives) {
    summary_.positives = positives;
    summary_.negatives = negatives;
    summary_.best.threshold = nan;
  }

  void add(const CurvePoint& point) {
    const auto hits = point.true_positives - last_.true_positives;
    const auto alarms = point.false_positives - last_.false_positives;
    if (hits > 0) precisions_ += static_cast<double>(hits) * point.precision;
    // Twice the number of pairs in which the positive scores higher, equal scores counting half.
    double_wins_ += static_cast<double>(alarms) *
                    (static_cast<double>(last_.true_positives) + static_cast<double>(point.true_positives));
    if (summary_.positives > 0 && point.f1 > summary_.best.f1) summary_.best = point;
    last_ = point;
  }

  [[nodiscard]] CurveSummary value() const {
    auto summary = summary_;
    const auto positives = static_cast<double>(summary.positives);
    const auto negatives = static_cast<double>(summary.negatives);
    if (positives > 0) summary.average_precision = precisions_ / positives;
    summary.roc_auc = positives > 0 && negatives > 0 ? double_wins_ / (2 * positives * negatives) : nan;
    return summary;
  }

 private:
  CurveSummary summary_;
  CurvePoint last_;
  double precisions_ = 0;
  double double_wins_ = 0;
};

template <class Score>
void add_scores(std::span<const Score> scores, std::span<const std::uint8_t> labels, std::vector<double>& positives,
                std::vector<double>& negatives) {
  if (scores.size() != labels.size())
    fail(ErrorCode::shape, "{} scores with {} labels; expected as many", scores.size(), labels.size());
  const auto found = std::find_if(scores.begin(), scores.end(), [](Score score) { return std::isnan(score); });
  if (found != scores.end())
    fail(ErrorCode::invalid_argument, "score {} is NaN; expected a number", found - scores.begin());
  // Adding 0 makes one zero of two, so that the order of samples does not show in the sign of a threshold.
  guarded("a curve", [&] {
    positives.reserve(positives.size() + scores.size());  // nothing below can fail
    negatives.reserve(negatives.size() + scores.size());
    for (std::size_t i = 0; i < scores.size(); ++i) (labels[i] != 0 ? positives : negatives).push_back(scores[i] + 0.0);
  });
}

std::vector<Figure> figures_of(const CurveSummary& summary) {
  return {{"average_precision", summary.average_precision},
          {"roc_auc", summary.roc_auc},
          {"best_f1", summary.best.f1},
          {"best_threshold", summary.best.threshold}};
}

void write(Json& json, const CurveSummary& summary) {
  json["positives"] = summary.positives;
  json["negatives"] = summary.negatives;
  visionkit::write(json, figures_of(summary));
}

}  // namespace

void BinaryCurve::add(std::span<const float> scores, std::span<const std::uint8_t> labels) {
  add_scores(scores, labels, positives_, negatives_);
}

void BinaryCurve::add(std::span<const double> scores, std::span<const std::uint8_t> labels) {
  add_scores(scores, labels, positives_, negatives_);
}

void BinaryCurve::merge(const BinaryCurve& other) {
  guarded("merging curves", [&] {
    const auto positives = other.positives_;  // `other` may be this one
    const auto negatives = other.negatives_;
    positives_.insert(positives_.end(), positives.begin(), positives.end());
    negatives_.insert(negatives_.end(), negatives.begin(), negatives.end());
  });
}

CurveReport BinaryCurve::report() const {
  return guarded("a curve", [&] {
    CurveReport report;
    Summary summary(positives_.size(), negatives_.size());
    sweep(positives_, negatives_, [&](const CurvePoint& point) {
      summary.add(point);
      report.points.push_back(point);
    });
    report.summary = summary.value();
    return report;
  });
}

CurveSummary BinaryCurve::summary() const {
  return guarded("a curve", [&] {
    Summary summary(positives_.size(), negatives_.size());
    sweep(positives_, negatives_, [&](const CurvePoint& point) { summary.add(point); });
    return summary.value();
  });
}

std::vector<Figure> figures(const CurveReport& report) { return figures_of(report.summary); }

std::string to_string(const CurveReport& report) { return figure_table(figures(report)); }

std::string to_json(const CurveReport& report) {
  return guarded("writing a report as JSON", [&] {
    auto json = report_json("curve");
    write(json, report.summary);
    auto& points = json["points"] = Json::array();
    for (const auto& point : report.points) {
      points.push_back({{"threshold", point.threshold},
                        {"true_positives", point.true_positives},
                        {"false_positives", point.false_positives},
                        {"precision", point.precision},
                        {"recall", point.recall},
                        {"f1", point.f1}});
    }
    return text_of(json);
  });
}

double mean_roc_auc(std::span<const CurveSummary> curves) {
  double sum = 0;
  int count = 0;
  for (const auto& curve : curves) {
    if (std::isnan(curve.roc_auc)) continue;
    sum += curve.roc_auc;
    ++count;
  }
  return count > 0 ? sum / count : nan;
}

double mean_average_precision(std::span<const CurveSummary> curves) {
  double sum = 0;
  for (const auto& curve : curves) sum += curve.average_precision;
  return curves.empty() ? nan : sum / static_cast<double>(curves.size());
}

std::string score_tables(std::span<const CurveSummary> curves, const std::optional<CalibrationReport>& calibration,
                         const Labels& labels) {
  std::string text;
  if (!curves.empty()) {
    TextTable table({"", "AP", "ROC AUC", "best F1", "at"});
    for (std::size_t i = 0; i < curves.size(); ++i) {
      const auto& curve = curves[i];
      table.row(labels[ClassId(static_cast<int>(i))],
                std::vector{curve.average_precision, curve.roc_auc, curve.best.f1, curve.best.threshold});
    }
    text += '\n' + table.text();
  }
  if (calibration) text += '\n' + to_string(*calibration);
  return text;
}

void write(Json& json, std::span<const CurveSummary> curves, const std::optional<CalibrationReport>& calibration) {
  if (!curves.empty()) {
    auto& list = json["curves"] = Json::array();
    for (const auto& curve : curves) write(list.emplace_back(), curve);
  }
  if (calibration) write(json["calibration"], *calibration);
}

}  // namespace visionkit
