#include <visionkit/metrics/metric.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <visionkit/core/error.hpp>
#include <visionkit/core/label_map.hpp>
#include <visionkit/metrics/calibration.hpp>
#include <visionkit/metrics/classification.hpp>
#include <visionkit/metrics/confusion.hpp>
#include <visionkit/metrics/curves.hpp>
#include <visionkit/metrics/detection.hpp>
#include <visionkit/metrics/fixed_sum.hpp>
#include <visionkit/metrics/multi_label.hpp>
#include <visionkit/metrics/panoptic.hpp>
#include <visionkit/metrics/segmentation.hpp>
#include <visionkit/metrics/timing.hpp>

namespace visionkit {
namespace {

static_assert(Metric<ConfusionMatrix, ClassId, ClassId>);
static_assert(Metric<BinaryCurve, std::span<const float>, std::span<const std::uint8_t>>);
static_assert(Metric<Calibration, double, Correctness>);
static_assert(Metric<ClassificationMetric, std::span<const float>, ClassId>);
static_assert(Metric<ClassificationMetric, Classification, ClassId>);
static_assert(Metric<MultiLabelMetric, std::span<const float>, std::span<const std::uint8_t>>);
static_assert(Metric<SegmentationMetric, LabelMap, LabelMap>);
static_assert(Metric<PanopticMetric, PanopticView, PanopticView>);
static_assert(Metric<PanopticMetric, PanopticMap, PanopticMap>);
static_assert(Metric<LatencyMetric, TimedCall>);
static_assert(Metric<DetectionMetrics, AnnotatedImage, std::span<const TrueObject>, std::span<const Prediction>>);
static_assert(Metric<DetectionMetrics, ObjectDataset, std::span<const Prediction>>);
static_assert(!Metric<LatencyMetric, LabelMap>);

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

PerSample numbered(std::vector<double> values) {
  PerSample samples = {.name = "accuracy"};
  for (std::size_t i = 0; i < values.size(); ++i) samples.values.push_back({static_cast<std::int64_t>(i), values[i]});
  return samples;
}

TEST_CASE("a fixed sum does not depend on the order of its values") {
  FixedSum forward;
  FixedSum backward;
  double plain = 0;
  for (int i = 1; i <= 1000; ++i) {
    forward.add(1.0 / i);
    backward.add(1.0 / (1001 - i));
    plain += 1.0 / i;
  }
  CHECK(forward == backward);
  CHECK(forward.value() == doctest::Approx(plain).epsilon(1e-14));
  FixedSum whole;
  whole.add(2.5);
  whole.add(0.75);
  CHECK(whole.value() == 3.25);
}

TEST_CASE("figures are compared by name") {
  const std::vector<Figure> before = {{"accuracy", 0.5}, {"only_before", 1}};
  const std::vector<Figure> after = {{"only_after", 2}, {"accuracy", 0.75}};
  const auto comparison = compare_figures(before, after);
  REQUIRE(comparison.figures.size() == 3);
  CHECK(comparison.figures[0].change == 0.25);
  CHECK(std::isnan(comparison.figures[1].after));
  CHECK(comparison.figures[2].name == "only_after");
  CHECK(std::isnan(comparison.figures[2].before));
  CHECK_FALSE(comparison.figures[0].interval.has_value());
}

TEST_CASE("the bootstrap interval of a constant is that constant, and equal seeds give equal intervals") {
  const auto constant = bootstrap_interval(std::vector<double>(10, 0.25));
  CHECK(constant.low == 0.25);
  CHECK(constant.high == 0.25);
  const std::vector<double> values = {0, 1, 0, 1, 1, nan, 0, 1, 1, 1};
  const auto interval = bootstrap_interval(values, {.seed = 7});
  CHECK(interval.low < 6.0 / 9);
  CHECK(interval.high > 6.0 / 9);
  CHECK(bootstrap_interval(values, {.seed = 7}).low == interval.low);
  const auto wide = bootstrap_interval(values, {.confidence = 0.999, .seed = 7});
  CHECK(wide.low <= interval.low);
  CHECK(wide.high >= interval.high);
  CHECK(std::isnan(bootstrap_interval({}).low));
}

TEST_CASE("the interval of a normal mean is 1.96 standard errors to either side") {
  std::vector<double> values;  // 0, 1, ..., 99: deviation 28.87, standard error 2.887
  for (int i = 0; i < 100; ++i) values.push_back(i);
  const auto interval = bootstrap_interval(values, {.resamples = 20000});
  CHECK(interval.low == doctest::Approx(49.5 - 1.96 * 2.887).epsilon(0.01));
  CHECK(interval.high == doctest::Approx(49.5 + 1.96 * 2.887).epsilon(0.01));
}

TEST_CASE("numbered samples are compared in pairs, others as two sets") {
  const std::vector<Figure> before = {{"accuracy", 0.5}};
  const std::vector<Figure> after = {{"accuracy", 0.6}};
  std::vector<double> values;
  for (int i = 0; i < 100; ++i) values.push_back(i % 2);
  auto better = values;
  for (auto& value : better) value += 0.1;
  const auto paired = compare_figures(before, after, numbered(values), numbered(better));
  CHECK(paired.is_paired);
  REQUIRE(paired.figures[0].interval.has_value());
  CHECK(paired.figures[0].interval->low == doctest::Approx(0.1));
  CHECK(paired.figures[0].interval->high == doctest::Approx(0.1));

  auto anonymous = numbered(better);
  for (auto& each : anonymous.values) each.sample = -1;
  const auto unpaired = compare_figures(before, after, numbered(values), anonymous);
  CHECK_FALSE(unpaired.is_paired);
  REQUIRE(unpaired.figures[0].interval.has_value());
  CHECK(unpaired.figures[0].interval->low < 0);
  CHECK(unpaired.figures[0].interval->high > 0.15);
}

TEST_CASE("bootstrap options out of range are refused") {
  const std::vector<double> values = {1, 2};
  for (const auto& options : {BootstrapOptions{.resamples = 0}, BootstrapOptions{.confidence = 1},
                              BootstrapOptions{.confidence = 0}, BootstrapOptions{.confidence = nan}}) {
    CHECK_THROWS_AS((void)bootstrap_interval(values, options), Error);
  }
}

TEST_CASE("a comparison prints as an aligned table and writes NaN as null") {
  const std::vector<Figure> before = {{"accuracy", 0.5}, {"brier", nan}};
  const std::vector<Figure> after = {{"accuracy", 0.75}, {"brier", 0.25}};
  const auto comparison = compare_figures(before, after, numbered({0, 1}), numbered({1, 0.5}));
  const std::string table =
      "figure    before   after   change\n"
      "accuracy  0.5000  0.7500  +0.2500\n"
      "brier          -  0.2500        -\n";
  CHECK(to_string(compare_figures(before, after)) == table);
  CHECK(to_string(compare_figures(before, after, numbered({0, 1}), numbered({0.25, 1.25}))) ==
        table + "\naccuracy: +0.2500 in [+0.2500, +0.2500], samples paired\n");
  const auto json = nlohmann::json::parse(to_json(comparison));
  CHECK(json["schema_version"] == report_schema_version);
  CHECK(json["report"] == "comparison");
  CHECK(json["samples"] == "paired");
  CHECK(json["figures"][0]["change"] == 0.25);
  CHECK(json["figures"][0]["interval"].size() == 2);
  CHECK(json["figures"][1]["before"].is_null());
}

}  // namespace
}  // namespace visionkit
