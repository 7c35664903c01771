#include <visionkit/metrics/classification.hpp>

#include <cmath>
#include <random>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <visionkit/core/error.hpp>

namespace visionkit {
namespace {

struct Set {
  std::vector<float> scores;
  std::vector<ClassId> truth;
};

Set random_set(int samples, int classes) {
  std::mt19937 generator(11);
  Set set;
  for (int i = 0; i < samples; ++i) {
    float sum = 0;
    const auto begin = set.scores.size();
    for (int c = 0; c < classes; ++c) {
      set.scores.push_back(static_cast<float>(generator() % 50));  // ties
      sum += set.scores.back();
    }
    for (auto j = begin; j < set.scores.size(); ++j) set.scores[j] /= std::max(sum, 1.0F);
    set.truth.emplace_back(static_cast<int>(generator() % unsigned(classes)));
  }
  return set;
}

constexpr ClassificationOptions everything = {.curves = Keep::yes, .per_sample = Keep::yes};

TEST_CASE("top-k and the predicted class worked by hand") {
  ClassificationMetric metric(3);
  metric.add(std::vector<float>{0.2F, 0.5F, 0.3F}, ClassId(2));
  metric.add(std::vector<float>{0.6F, 0.3F, 0.1F}, ClassId(0));
  const auto report = metric.report({.top_k = {1, 2, 3, 5}});
  REQUIRE(report.top_k.size() == 3);
  CHECK(report.top_k[0].accuracy == 0.5);
  CHECK(report.top_k[1].accuracy == 1);
  CHECK(report.confusion.at(ClassId(2), ClassId(1)) == 1);
  REQUIRE(report.calibration.has_value());
  // 0.04 + 0.25 + 0.49 and 0.16 + 0.09 + 0.01
  CHECK(report.calibration->brier == doctest::Approx((0.78 + 0.26) / 2));
}

TEST_CASE("equal scores rank by the chosen rule") {
  const std::vector<float> equal = {0.25F, 0.25F, 0.25F, 0.25F};
  const auto rank_of_first = [&](TieRule ties) {
    ClassificationMetric metric(4, {.ties = ties});
    metric.add(equal, ClassId(0));
    CHECK(metric.report().confusion.at(ClassId(0), ClassId(0)) == 1);
    return metric.report().top_k[0].accuracy;
  };
  CHECK(rank_of_first(TieRule::lowest_class_first) == 1);
  CHECK(rank_of_first(TieRule::highest_class_first) == 0);
}

TEST_CASE("perfect scores give 1") {
  ClassificationMetric metric(3, everything);
  for (int i = 0; i < 3; ++i) {
    std::vector<float> scores(3);
    scores[static_cast<std::size_t>(i)] = 1;
    metric.add(scores, ClassId(i));
  }
  const auto report = metric.report();
  CHECK(report.top_k[0].accuracy == 1);
  CHECK(report.mean_average_precision == 1);
  CHECK(report.mean_roc_auc == 1);
  CHECK(report.calibration->expected_error == 0);
  CHECK(report.calibration->brier == 0);
}

TEST_CASE("order and shards change no bit, many at once are as one by one") {
  const auto set = random_set(500, 6);
  ClassificationMetric whole(6, everything);
  whole.add(set.scores, set.truth);
  ClassificationMetric first(6, everything);
  ClassificationMetric second(6, everything);
  for (std::size_t i = set.truth.size(); i-- > 0;)
    (i % 4 == 0 ? first : second).add(std::span(set.scores).subspan(6 * i, 6), set.truth[i]);
  second.merge(first);
  CHECK(to_json(second.report()) == to_json(whole.report()));
}

TEST_CASE("logits become probabilities by softmax") {
  ClassificationMetric metric(2, {.scores = ScoreKind::logits});
  metric.add(std::vector<float>{1000, 1000 - std::log(3.0F)}, ClassId(0));
  const auto report = metric.report();
  CHECK(report.calibration->brier == doctest::Approx(2 * 0.0625).epsilon(1e-4));
}

TEST_CASE("results of a classifier count by their ranking") {
  const Classification short_list = {.classes = {{ClassId(3), 0.5F}, {ClassId(1), 0.25F}}, .scores = {}};
  ClassificationMetric metric(5, {.per_sample = Keep::yes});
  metric.add(short_list, ClassId(1), 7);
  metric.add(short_list, ClassId(4), 3);
  const auto report = metric.report({.top_k = {1, 2, 3}});
  CHECK(report.top_k[0].accuracy == 0);
  CHECK(report.top_k[1].accuracy == 0.5);
  CHECK(std::isnan(report.top_k[2].accuracy));
  CHECK(std::isnan(report.calibration->brier));
  CHECK(report.per_sample.values[0].sample == 3);
  const Classification full = {.classes = {{ClassId(1), 0.9F}}, .scores = {0.1F, 0.9F}};
  ClassificationMetric pair(2);
  pair.add(full, ClassId(1));
  CHECK(pair.report().top_k[0].accuracy == 1);
}

TEST_CASE("two reports are compared with an interval from pairs") {
  const auto set = random_set(200, 4);
  ClassificationMetric before(4, {.per_sample = Keep::yes});
  ClassificationMetric after(4, {.per_sample = Keep::yes});
  for (std::size_t i = 0; i < set.truth.size(); ++i) {
    std::vector<float> right(4);
    right[static_cast<std::size_t>(set.truth[i].value)] = 1;
    before.add(std::span(set.scores).subspan(4 * i, 4), set.truth[i], static_cast<std::int64_t>(i));
    after.add(right, set.truth[i], static_cast<std::int64_t>(i));
  }
  const auto comparison = compare(before.report(), after.report());
  CHECK(comparison.is_paired);
  CHECK(comparison.figures[0].name == "accuracy");
  REQUIRE(comparison.figures[0].interval.has_value());
  CHECK(comparison.figures[0].interval->low > 0);
  CHECK(comparison.figures[0].interval->low <= comparison.figures[0].change);
  CHECK(comparison.figures[0].change <= comparison.figures[0].interval->high);
}

TEST_CASE("bad input is refused and nothing is counted") {
  ClassificationMetric metric(2);
  using Scores = std::vector<float>;
  CHECK_THROWS_AS(metric.add(Scores{0.5F}, ClassId(0)), Error);
  CHECK_THROWS_AS(metric.add(Scores{0.5F, 0.5F}, ClassId(2)), Error);
  CHECK_THROWS_AS(metric.add(Scores{0.5F, std::nanf("")}, ClassId(0)), Error);
  CHECK_THROWS_AS(metric.add(Scores{1.5F, 0.5F}, ClassId(0)), Error);
  CHECK_THROWS_AS(metric.add(Scores{0.5F, 0.5F, 0.5F}, std::vector<ClassId>(1)), Error);
  CHECK_THROWS_AS(metric.add(Scores{0, 1, 0, 2}, std::vector<ClassId>(2)), Error);
  CHECK_THROWS_AS(metric.add(Classification{}, ClassId(0)), Error);
  CHECK_THROWS_AS(metric.merge(ClassificationMetric(3)), Error);
  CHECK_THROWS_AS(metric.merge(ClassificationMetric(2, {.ties = TieRule::highest_class_first})), Error);
  CHECK_THROWS_AS((void)metric.report({.top_k = {0}}), Error);
  CHECK(metric.report().samples == 0);
  ClassificationMetric any(2, {.calibration_bins = 0});
  any.add(Scores{15, -3}, ClassId(0));
  CHECK_FALSE(any.report().calibration.has_value());
}

TEST_CASE("a report writes JSON with everything it has") {
  const auto set = random_set(50, 3);
  ClassificationMetric metric(3, everything);
  metric.add(set.scores, set.truth);
  const auto json = nlohmann::json::parse(to_json(metric.report(), Labels({"a", "b", "c"})));
  CHECK(json["report"] == "classification");
  CHECK(json["top_k"].size() == 1);
  CHECK(json["calibration"]["bins"].size() == 15);
  CHECK(json["curves"].size() == 3);
  CHECK(json["per_sample"]["values"].size() == 50);
  const auto text = to_string(metric.report(), Labels({"a", "b", "c"}));
  CHECK(text.starts_with("50 samples\n"));
  CHECK(text.find("top-1 accuracy") != std::string::npos);
}

TEST_CASE("the curve of a class is that of its scores against the rest") {
  const auto set = random_set(50, 3);
  ClassificationMetric metric(3, {.curves = Keep::yes});
  metric.add(set.scores, set.truth);
  for (int label = 0; label < 3; ++label) {
    BinaryCurve curve;
    for (std::size_t i = 0; i < set.truth.size(); ++i) {
      const std::uint8_t is_true = set.truth[i] == ClassId(label) ? 1 : 0;
      curve.add(std::span(set.scores).subspan(3 * i + static_cast<std::size_t>(label), 1), std::span(&is_true, 1));
    }
    CHECK(to_json(metric.curve(ClassId(label))) == to_json(curve.report()));
  }
  CHECK_THROWS_AS((void)metric.curve(ClassId(3)), Error);
  CHECK_THROWS_AS((void)ClassificationMetric(3).curve(ClassId(0)), Error);
}

}  // namespace
}  // namespace visionkit
