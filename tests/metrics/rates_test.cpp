#include <visionkit/metrics/rates.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include <visionkit/core/error.hpp>

namespace visionkit {
namespace {

constexpr ClassCounts some = {.true_positives = 6, .false_positives = 2, .false_negatives = 4};
constexpr ClassCounts never = {};

TEST_CASE("rates of one class are the textbook's") {
  const auto rates = rates_of(some);
  CHECK(rates.precision == 0.75);
  CHECK(rates.recall == 0.6);
  CHECK(rates.f_score == doctest::Approx(2 * 0.75 * 0.6 / 1.35));
  CHECK(rates.iou == 0.5);
  CHECK(rates.dice == doctest::Approx(rates.f_score));
  CHECK(rates_of(some, {.beta = 2}).f_score == doctest::Approx(5 * 0.75 * 0.6 / (4 * 0.75 + 0.6)));
}

TEST_CASE("each tool has its rule for a class that never occurs") {
  CHECK(rates_of(never).precision == 0);
  CHECK(rates_of(never, {.undefined = 1}).recall == 1);
  CHECK(rates_of(never, {.rules = CountingRules::torchmetrics, .undefined = 1}).iou == 0);
  CHECK(std::isnan(rates_of(never, {.rules = CountingRules::mmsegmentation}).iou));

  const std::vector<ClassCounts> classes = {some, never};
  CHECK(rates_of(classes).macro.iou == 0.25);
  CHECK(rates_of(classes, {.rules = CountingRules::torchmetrics}).macro.iou == 0.5);
  CHECK(rates_of(classes, {.rules = CountingRules::mmsegmentation}).macro.iou == 0.5);
  const RateOptions independent = {.rules = CountingRules::torchmetrics, .labelling = Labelling::many_labels};
  CHECK(rates_of(classes, independent).macro.iou == 0.25);
  CHECK(rates_of(classes).weighted.iou == 0.5);
}

TEST_CASE("an ignored class leaves torchmetrics' mean of IoU but not of the other rates") {
  const std::vector<ClassCounts> classes = {{.false_positives = 4}, some};
  const RateOptions options = {.rules = CountingRules::torchmetrics, .ignored = ClassId(0)};
  CHECK(rates_of(classes, options).macro.iou == 0.5);
  CHECK(rates_of(classes, options).macro.recall == 0.3);
  CHECK(rates_of(classes, options).micro.iou == 0.5);
}

TEST_CASE("means over nothing are what each tool makes of them") {
  const std::vector<ClassCounts> classes = {never, never};
  CHECK(rates_of(classes, {.undefined = 1}).weighted.precision == 1);
  CHECK(rates_of(classes).weighted.iou == 0);
  CHECK(std::isnan(rates_of(classes, {.rules = CountingRules::torchmetrics}).macro.iou));
  CHECK(rates_of(classes, {.rules = CountingRules::torchmetrics}).macro.f_score == 0);
  CHECK(std::isnan(rates_of(classes, {.rules = CountingRules::mmsegmentation}).macro.recall));
}

TEST_CASE("options out of range are refused") {
  for (const auto& options :
       {RateOptions{.undefined = 0.5}, RateOptions{.beta = 0}, RateOptions{.beta = -1},
        RateOptions{.undefined = std::nan("")}, RateOptions{.beta = std::numeric_limits<double>::infinity()}}) {
    CHECK_THROWS_AS((void)rates_of(some, options), Error);
  }
}

}  // namespace
}  // namespace visionkit
