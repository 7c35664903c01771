#include <visionkit/metrics/detection_voc.hpp>

#include <cmath>

#include <doctest/doctest.h>

#include <visionkit/core/error.hpp>

namespace visionkit {
namespace {

ObjectDataset two_objects() {
  return {.images = {{.id = 1}},
          .categories = {{.id = 1, .name = "a"}, {.id = 2, .name = "b"}},
          .objects = {{.id = 1, .image_id = 1, .category_id = 1, .box = {0, 0, 9, 9}},
                      {.id = 2, .image_id = 1, .category_id = 1, .box = {50, 0, 9, 9}}}};
}

std::vector<Prediction> found_and_missed() {
  return {{.image_id = 1, .category_id = 1, .score = .9, .box = {0, 0, 9, 9}},
          {.image_id = 1, .category_id = 1, .score = .8, .box = {0, 1, 9, 9}},
          {.image_id = 1, .category_id = 1, .score = .7, .box = {50, 0, 9, 4}}};
}

TEST_CASE("a second prediction of one object is wrong, as is one that overlaps too little") {
  // Pixels: 10 x 5 of 10 x 10 is one half, which is enough.
  const auto report = voc_average_precision(two_objects(), found_and_missed());
  CHECK(report.classes[0].ap == doctest::Approx(.5 + .5 * 2 / 3));
  CHECK(report.mean_ap == report.classes[0].ap);
  CHECK(std::isnan(report.classes[1].ap));
  const auto edges = voc_average_precision(two_objects(), found_and_missed(), {.boxes = VocBoxes::coordinates});
  CHECK(edges.mean_ap == doctest::Approx(.5));
  const auto eleven =
      voc_average_precision(two_objects(), found_and_missed(), {.interpolation = VocInterpolation::eleven_points});
  CHECK(eleven.mean_ap == doctest::Approx((6 + 5 * 2.0 / 3) / 11));
}

TEST_CASE("a difficult object is neither right to find nor wrong") {
  auto truth = two_objects();
  truth.objects[1].is_crowd = true;
  const auto report = voc_average_precision(truth, found_and_missed());
  CHECK(report.classes[0].objects == 1);
  CHECK(report.mean_ap == doctest::Approx(1));
}

TEST_CASE("without objects nothing is defined, and odd thresholds are refused") {
  CHECK(std::isnan(voc_average_precision({}, {}).mean_ap));
  CHECK_THROWS_AS(voc_average_precision({}, {}, {.iou_threshold = 0}), Error);
}

}  // namespace
}  // namespace visionkit
