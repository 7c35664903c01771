#include <visionkit/decode/boxes.hpp>

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

namespace visionkit {
namespace {

TEST_CASE("boxes convert there and back") {
  const Box box = {10, 20, 40, 60};
  CHECK(to_xywh(box) == XywhBox{10, 20, 30, 40});
  CHECK(to_center(box) == CenterBox{25, 40, 30, 40});
  CHECK(to_box(to_xywh(box)) == box);
  CHECK(to_box(to_center(box)) == box);
}

TEST_CASE("overlaps of two boxes are what the papers say") {
  const Box a = {0, 0, 2, 2};
  const Box b = {1, 0, 3, 2};
  CHECK(box_overlap(a, b) == doctest::Approx(1.0 / 3));
  CHECK(box_overlap(a, b, BoxOverlap::smaller_area) == doctest::Approx(0.5));
  CHECK(box_overlap(a, b, BoxOverlap::giou) == doctest::Approx(1.0 / 3));
  CHECK(box_overlap(a, b, BoxOverlap::diou) == doctest::Approx(1.0 / 3 - 1.0 / 13));
  CHECK(box_overlap(a, b, BoxOverlap::ciou) == doctest::Approx(1.0 / 3 - 1.0 / 13));
  CHECK(box_overlap(Box{0, 0, 1, 1}, Box{3, 0, 4, 1}, BoxOverlap::giou) == doctest::Approx(-0.5));
}

TEST_CASE("boxes without area have no overlap to speak of") {
  CHECK(std::isnan(box_overlap(Box{}, Box{})));
  CHECK(box_overlap(Box{}, Box{0, 0, 1, 1}) == 0);
  CHECK(std::isnan(box_overlap(Box{std::numeric_limits<float>::quiet_NaN(), 0, 1, 1}, Box{0, 0, 1, 1})));
}

TEST_CASE("pairwise overlaps have a row for each box of the first set") {
  const std::vector<ModelBox> a = {{0, 0, 1, 1}, {0, 0, 2, 1}};
  const std::vector<ModelBox> b = {{0, 0, 1, 1}, {5, 5, 6, 6}, {1, 0, 2, 1}};
  CHECK(pairwise_overlap(a, b) == std::vector<float>{1, 0, 0, 0.5F, 0, 0.5F});
  CHECK(pairwise_overlap(a, {}).empty());
}

TEST_CASE("small boxes are found by both sides") {
  CHECK(keep_min_size(std::vector<Box>{{0, 0, 3, 3}, {0, 0, 2.9F, 9}, {0, 0, 9, 3}}, 3) ==
        std::vector<std::int32_t>{0, 2});
}

}  // namespace
}  // namespace visionkit
