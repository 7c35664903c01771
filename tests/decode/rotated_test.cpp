#include <visionkit/decode/rotated.hpp>

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include <visionkit/core/error.hpp>

namespace visionkit {
namespace {

using Indices = std::vector<std::int32_t>;

TEST_CASE("turned boxes overlap by the area that both cover") {
  const RotatedBox square = {5, 5, 2, 2, 0};
  CHECK(rotated_iou(square, square) == doctest::Approx(1));
  CHECK(rotated_iou(square, {5, 5, 2, 2, 90}) == doctest::Approx(1));
  CHECK(rotated_iou(square, {5, 5, 2, 2, 45}) == doctest::Approx(std::sqrt(0.5)));
  CHECK(rotated_iou(square, {6, 5, 2, 2, 180}) == doctest::Approx(1.0 / 3));
  CHECK(rotated_iou(square, {7, 5, 2, 2, 0}) == 0);
  CHECK(rotated_intersection(square, {5, 5, 20, 1, 30}) < 4);
  CHECK(rotated_intersection(square, {5, 5, -2, 2, 0}) == 0);
  CHECK(std::isnan(rotated_iou({}, {})));
  CHECK(std::isnan(rotated_iou(square, {std::numeric_limits<double>::quiet_NaN(), 5, 2, 2, 0})));
}

TEST_CASE("the angle turns x towards y") {
  const auto turned = corners({0, 0, 4, 2, 90});
  CHECK(turned[0].x == doctest::Approx(1));
  CHECK(turned[0].y == doctest::Approx(-2));
}

TEST_CASE("only OpenCV suppresses a small box inside a large one") {
  const std::vector<RotatedBox> boxes = {{0, 0, 20, 20, 10}, {0, 0, 2, 2, 30}, {40, 0, 5, 5, 0}};
  const std::vector<float> scores = {0.9F, 0.8F, 0.7F};
  CHECK(rotated_nms(boxes, scores) == Indices{0, 1, 2});
  CHECK(rotated_nms(boxes, scores, {}, {.overlap = BoxOverlap::smaller_area}) == Indices{0, 2});
  CHECK(opencv_rotated_nms(boxes, scores) == Indices{0, 2});
  CHECK_THROWS_AS((void)rotated_nms(boxes, scores, {}, {.overlap = BoxOverlap::giou}), Error);
  CHECK_THROWS_AS((void)rotated_nms(boxes, std::vector<float>(1)), Error);
}

}  // namespace
}  // namespace visionkit
