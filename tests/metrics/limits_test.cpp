#include <visionkit/metrics/limits.hpp>

#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "support/refusal.hpp"

namespace visionkit {
namespace {

using test::refusal;
using test::refusal_of;

TEST_CASE("limits are judged in their order, and NaN meets none") {
  const std::vector<Figure> figures = {{"ap", 0.5}, {"ap50", 0.75}, {"ap_large", std::nan("")}};
  const std::vector<FigureLimit> limits = {{"ap50", 0.75}, {"ap", 0.51}, {"ap_large", -1}};
  const auto verdicts = check_limits(figures, limits);
  REQUIRE(verdicts.size() == 3);
  CHECK(verdicts[0].is_met);
  CHECK(verdicts[0].value == 0.75);
  CHECK_FALSE(verdicts[1].is_met);
  CHECK(verdicts[1].limit == limits[1]);
  CHECK_FALSE(verdicts[2].is_met);
  CHECK(check_limits(figures, {}).empty());
}

TEST_CASE("a limit of an unknown figure is refused with names that are near") {
  const std::vector<Figure> figures = {{"mean_iou", 0.5}, {"ap50", 0.7}, {"ap75", 0.6}, {"ap", 0.5}};
  const std::vector<FigureLimit> limits = {{"ap5", 0.5}};
  CHECK(refusal([&] { return check_limits(figures, limits); }) ==
        "invalid_option: limits name the figure \"ap5\", which there is not; near are \"ap50\", \"ap75\", \"ap\"");
  const std::vector<Figure> rates = {{"kappa", 0.5}, {"top_1_accuracy", 0.7}};
  const std::vector<FigureLimit> cut_short = {{"top_1", 0.5}};
  CHECK(test::contains(refusal([&] { return check_limits(rates, cut_short); }),
                       "near are \"top_1_accuracy\", \"kappa\""));
  const std::vector<FigureLimit> nan = {{"ap", std::nan("")}};
  CHECK(refusal_of([&] { return check_limits(figures, nan); }).code == "invalid_option");
}

}  // namespace
}  // namespace visionkit
