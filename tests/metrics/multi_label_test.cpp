#include <visionkit/metrics/multi_label.hpp>

#include <cmath>
#include <random>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <visionkit/core/error.hpp>

namespace visionkit {
namespace {

using Scores = std::vector<float>;
using Truth = std::vector<std::uint8_t>;

MultiLabelMetric judged(const Scores& scores, const Truth& truth, int labels, const MultiLabelOptions& options = {}) {
  MultiLabelMetric metric(labels, options);
  metric.add(scores, truth);
  return metric;
}

TEST_CASE("independent labels worked by hand") {
  const auto report = judged({0.9F, 0.2F, 0.8F, 0.7F}, {1, 1, 1, 0}, 2).report();
  CHECK(report.samples == 2);
  CHECK(report.counts[0] == ClassCounts{.true_positives = 2});
  CHECK(report.counts[1] == ClassCounts{.false_positives = 1, .false_negatives = 1});
  CHECK(report.rates.macro.f_score == 0.5);
  CHECK(report.per_sample_rates.precision == 0.75);
  CHECK(report.per_sample_rates.recall == 0.75);
  CHECK(report.subset_accuracy == 0);
  CHECK(report.hamming_loss == 0.5);
  CHECK(report.matthews == std::vector<double>{0, -1});
  CHECK(report.curves[1].average_precision == 0.5);
  CHECK(report.average_precision.samples == 1);
  REQUIRE(report.calibration.has_value());
  CHECK(report.calibration->brier == doctest::Approx((0.01 + 0.64 + 0.04 + 0.49) / 4));
}

TEST_CASE("a score of exactly the threshold is what the rule says") {
  CHECK(judged({0.5F}, {1}, 1).report().counts[0].true_positives == 0);
  CHECK(judged({0.5F}, {1}, 1, {.rule = ThresholdRule::at_least}).report().counts[0].true_positives == 1);
  CHECK(judged({0.0F}, {1}, 1, {.scores = ScoreKind::logits}).report().counts[0].true_positives == 0);
  CHECK(judged({0.1F}, {1}, 1, {.scores = ScoreKind::logits}).report().counts[0].true_positives == 1);
}

TEST_CASE("perfect labels give 1") {
  const auto report = judged({1, 0, 0, 1, 1, 1}, {1, 0, 0, 1, 1, 1}, 2).report();
  CHECK(report.rates.macro.f_score == 1);
  CHECK(report.per_sample_rates.f_score == 1);
  CHECK(report.subset_accuracy == 1);
  CHECK(report.hamming_loss == 0);
  CHECK(report.average_precision.micro == 1);
  CHECK(report.mean_roc_auc == 1);
  CHECK(report.matthews == std::vector<double>{1, 1});
}

TEST_CASE("order and shards change no bit, many at once are as one by one") {
  std::mt19937 generator(3);
  constexpr std::size_t samples = 400;
  constexpr std::size_t labels = 5;
  Scores scores(samples * labels);
  Truth truth(samples * labels);
  for (auto& score : scores) score = static_cast<float>(generator() % 64) / 63;
  for (auto& label : truth) label = generator() % 3 == 0;
  const MultiLabelOptions options = {.per_sample = Keep::yes};
  const auto whole = judged(scores, truth, labels, options);
  MultiLabelMetric first(labels, options);
  MultiLabelMetric second(labels, options);
  for (std::size_t i = samples; i-- > 0;) {
    (i % 3 == 0 ? first : second)
        .add(std::span(scores).subspan(i * labels, labels), std::span(truth).subspan(i * labels, labels));
  }
  second.merge(first);
  CHECK(to_json(second.report()) == to_json(whole.report()));
}

TEST_CASE("bad input is refused and nothing is counted") {
  MultiLabelMetric metric(2);
  CHECK_THROWS_AS(metric.add(Scores{0.5F}, Truth{1}), Error);
  CHECK_THROWS_AS(metric.add(Scores{0.5F, 0.5F}, Truth{1}), Error);
  CHECK_THROWS_AS(metric.add(Scores{0.5F, 0.5F, 0, 0}, Truth{1, 1, 0, 0}, 1), Error);
  CHECK_THROWS_AS(metric.add(Scores{0.5F, std::nanf("")}, Truth{1, 0}), Error);
  CHECK_THROWS_AS(metric.add(Scores{0.5F, 1.5F}, Truth{1, 0}), Error);
  CHECK_THROWS_AS(metric.merge(MultiLabelMetric(3)), Error);
  CHECK_THROWS_AS(metric.merge(MultiLabelMetric(2, {.threshold = 0.25F})), Error);
  CHECK_THROWS_AS(MultiLabelMetric(0), Error);
  CHECK_THROWS_AS(MultiLabelMetric(2, {.threshold = 40}), Error);
  CHECK(metric.report().samples == 0);
  CHECK(std::isnan(metric.report().subset_accuracy));
}

TEST_CASE("a report prints and writes JSON") {
  const auto report = judged({0.9F, 0.2F, 0.8F, 0.7F}, {1, 1, 1, 0}, 2).report();
  const Labels names({"cat", "dog"});
  const auto json = nlohmann::json::parse(to_json(report, names));
  CHECK(json["report"] == "multi_label");
  CHECK(json["classes"][0]["name"] == "cat");
  CHECK(json["curves"].size() == 2);
  CHECK(json["calibration"]["samples"] == 4);
  CHECK(to_string(report, names).starts_with("2 samples\n\nfigure"));
  const auto comparison = compare(report, report);
  for (const auto& figure : comparison.figures) CHECK(figure.change == 0);
}

TEST_CASE("the curve of a label is that of its scores") {
  const auto metric = judged({0.9F, 0.2F, 0.8F, 0.7F}, {1, 1, 1, 0}, 2);
  const auto curve = metric.curve(ClassId(1));
  CHECK(curve.summary.positives == 1);
  REQUIRE(curve.points.size() == 2);
  CHECK(curve.points[0].threshold == doctest::Approx(0.7));
  CHECK(curve.points[1].recall == 1);
  CHECK_THROWS_AS((void)metric.curve(ClassId(2)), Error);
  CHECK_THROWS_AS((void)MultiLabelMetric(2, {.curves = Keep::no}).curve(ClassId(0)), Error);
}

}  // namespace
}  // namespace visionkit
