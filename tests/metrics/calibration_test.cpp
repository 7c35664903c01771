#include <visionkit/metrics/calibration.hpp>

#include <cmath>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <visionkit/core/error.hpp>

namespace visionkit {
namespace {

TEST_CASE("calibration worked by hand") {
  Calibration calibration(10);
  calibration.add(0.95, Correctness::right);
  calibration.add(0.95, Correctness::wrong);
  calibration.add(0.35, Correctness::wrong);
  calibration.add(0.25, Correctness::right);
  const auto report = calibration.report();
  CHECK(report.samples == 4);
  // Bins of 0.95: |0.5 - 0.95|; of 0.35: |0 - 0.35|; of 0.25: |1 - 0.25|.
  CHECK(report.expected_error == doctest::Approx((2 * 0.45 + 0.35 + 0.75) / 4));
  CHECK(report.largest_error == doctest::Approx(0.75));
  CHECK(report.brier == doctest::Approx((0.0025 + 0.9025 + 0.1225 + 0.5625) / 4));
  CHECK(report.bins[9].samples == 2);
  CHECK(report.bins[9].accuracy == 0.5);
  CHECK(std::isnan(report.bins[0].accuracy));
}

TEST_CASE("bins hold their upper edge, and the first holds 0") {
  Calibration calibration(4);
  for (const double confidence : {0.0, 0.25, 0.5, 0.75, 1.0}) calibration.add(confidence, Correctness::right);
  const auto report = calibration.report();
  CHECK(report.bins[0].samples == 2);
  for (const int bin : {1, 2, 3}) CHECK(report.bins[static_cast<std::size_t>(bin)].samples == 1);
}

TEST_CASE("order and shards change no bit") {
  Calibration whole(15);
  Calibration even(15);
  Calibration odd(15);
  for (int i = 0; i < 1000; ++i) {
    const auto answer = i % 3 == 0 ? Correctness::right : Correctness::wrong;
    whole.add(1.0 / (i + 1), answer);
    const int back = 999 - i;
    (back % 2 == 0 ? even : odd).add(1.0 / (back + 1), back % 3 == 0 ? Correctness::right : Correctness::wrong);
  }
  odd.merge(even);
  CHECK(to_json(odd.report()) == to_json(whole.report()));
}

TEST_CASE("what is no confidence is refused") {
  Calibration calibration;
  CHECK_THROWS_AS(calibration.add(1.5, Correctness::right), Error);
  CHECK_THROWS_AS(calibration.add(std::nan(""), Correctness::right), Error);
  CHECK_THROWS_AS(calibration.add(0.5, Correctness::right, 2.5), Error);
  CHECK_THROWS_AS(calibration.merge(Calibration(3)), Error);
  CHECK_THROWS_AS(Calibration(0), Error);
  CHECK(std::isnan(calibration.report().expected_error));
  CHECK(nlohmann::json::parse(to_json(calibration.report()))["brier"].is_null());
}

}  // namespace
}  // namespace visionkit
