#include <visionkit/metrics/curves.hpp>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <visionkit/core/error.hpp>

namespace visionkit {
namespace {

using Scores = std::vector<float>;
using Truth = std::vector<std::uint8_t>;

BinaryCurve curve_of(const Scores& scores, const Truth& truth) {
  BinaryCurve curve;
  curve.add(scores, truth);
  return curve;
}

TEST_CASE("a curve worked by hand") {
  const auto report = curve_of({0.9F, 0.8F, 0.8F, 0.3F, 0.1F}, {1, 0, 1, 0, 1}).report();
  REQUIRE(report.points.size() == 4);
  CHECK(report.points[1].true_positives == 2);
  CHECK(report.points[1].false_positives == 1);
  CHECK(report.points[1].precision == doctest::Approx(2.0 / 3));
  // 1/3 * 1 + 1/3 * 2/3 + 1/3 * 3/5
  CHECK(report.summary.average_precision == doctest::Approx((1 + 2.0 / 3 + 3.0 / 5) / 3));
  // Of 6 pairs, 3 are won and 1 is a tie.
  CHECK(report.summary.roc_auc == doctest::Approx(3.5 / 6));
  CHECK(report.summary.best.f1 == doctest::Approx(0.75));
  CHECK(report.summary.best.threshold == doctest::Approx(0.1));
}

TEST_CASE("a perfect ranking scores 1 and its best threshold parts the two kinds") {
  const auto summary = curve_of({0.1F, 0.9F, 0.7F, 0.2F}, {0, 1, 1, 0}).summary();
  CHECK(summary.average_precision == 1);
  CHECK(summary.roc_auc == 1);
  CHECK(summary.best.f1 == 1);
  CHECK(summary.best.threshold == 0.7F);
}

TEST_CASE("equal F1 takes the highest threshold, and only one kind has no area") {
  const auto same = curve_of({0.9F, 0.5F, 0.4F}, {1, 1, 0}).summary();
  CHECK(same.best.threshold == 0.5F);
  const auto none = curve_of({0.9F, 0.5F}, {0, 0}).summary();
  CHECK(none.average_precision == 0);
  CHECK(std::isnan(none.roc_auc));
  CHECK(std::isnan(none.best.threshold));
  CHECK(std::isnan(curve_of({}, {}).summary().roc_auc));
}

TEST_CASE("order and shards change no bit") {
  std::mt19937 generator(5);
  Scores scores;
  Truth truth;
  for (int i = 0; i < 3000; ++i) {
    scores.push_back(static_cast<float>(generator() % 100) / 99 * (generator() % 2 == 0 ? 1.0F : -0.0F));
    truth.push_back(generator() % 3 == 0);
  }
  BinaryCurve first;
  BinaryCurve second;
  for (std::size_t i = scores.size(); i-- > 0;)
    (i % 5 == 0 ? first : second).add(std::span(scores).subspan(i, 1), std::span(truth).subspan(i, 1));
  second.merge(first);
  CHECK(to_json(second.report()) == to_json(curve_of(scores, truth).report()));
}

TEST_CASE("NaN and different lengths are refused") {
  BinaryCurve curve;
  CHECK_THROWS_AS(curve.add(Scores{0.1F, std::nanf("")}, Truth{0, 1}), Error);
  CHECK_THROWS_AS(curve.add(Scores{0.1F}, Truth{0, 1}), Error);
  CHECK(curve.report().points.empty());
}

TEST_CASE("infinite scores are scores, and are null in JSON") {
  const float infinity = std::numeric_limits<float>::infinity();
  const auto report = curve_of({infinity, -infinity}, {1, 0}).report();
  CHECK(report.summary.roc_auc == 1);
  CHECK(nlohmann::json::parse(to_json(report))["points"][0]["threshold"].is_null());
}

}  // namespace
}  // namespace visionkit
