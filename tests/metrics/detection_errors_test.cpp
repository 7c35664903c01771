#include <visionkit/metrics/detection_errors.hpp>

#include <doctest/doctest.h>

#include <visionkit/core/error.hpp>
#include <visionkit/metrics/detection.hpp>

#include "metrics/detection_scene.hpp"

namespace visionkit {
namespace {

const std::vector<Category> two = {{.id = 1, .name = "cat"}, {.id = 2, .name = "dog"}};
const AnnotatedImage picture = {.id = 1, .size = {200, 200}};

Prediction prediction(std::int64_t category, double score, const ObjectBox& box) {
  return {.image_id = 1, .category_id = category, .score = score, .box = box, .area = box.area()};
}

std::size_t count(const DetectionErrorReport& report, DetectionErrorKind kind) {
  return report.errors[static_cast<std::size_t>(kind)].count;
}

double lost(const DetectionErrorReport& report, DetectionErrorKind kind) {
  return report.errors[static_cast<std::size_t>(kind)].lost_ap;
}

TEST_CASE("every kind of error is told from the others") {
  const std::vector<TrueObject> objects = {
      {.id = 1, .image_id = 1, .category_id = 1, .box = {0, 0, 20, 20}, .area = 400},
      {.id = 2, .image_id = 1, .category_id = 1, .box = {50, 0, 20, 20}, .area = 400},
      {.id = 3, .image_id = 1, .category_id = 2, .box = {100, 0, 20, 20}, .area = 400},
      {.id = 4, .image_id = 1, .category_id = 2, .box = {150, 0, 20, 20}, .area = 400},
      {.id = 5, .image_id = 1, .category_id = 2, .box = {0, 100, 20, 20}, .area = 400},
      {.id = 6, .image_id = 1, .category_id = 1, .box = {100, 100, 90, 90}, .area = 8100, .is_crowd = true},
  };
  const std::vector<Prediction> predictions = {
      prediction(1, .9, {0, 0, 20, 20}),      // a hit
      prediction(1, .8, {1, 0, 20, 20}),      // again
      prediction(1, .8, {62, 0, 20, 20}),     // too little of object 2
      prediction(1, .7, {100, 0, 20, 20}),    // object 3, taken for a cat
      prediction(1, .6, {150, 12, 20, 20}),   // too little of object 4, and taken for a cat
      prediction(2, .1, {20, 160, 20, 20}),   // nothing there
      prediction(1, .5, {110, 110, 20, 20}),  // in the crowd
  };
  DetectionErrors errors(two);
  errors.add(picture, objects, predictions);
  const auto report = errors.report();
  CHECK(report.objects == 5);
  CHECK(report.hits == 1);
  CHECK(count(report, DetectionErrorKind::duplicate) == 1);
  CHECK(count(report, DetectionErrorKind::localization) == 1);
  CHECK(count(report, DetectionErrorKind::classification) == 1);
  CHECK(count(report, DetectionErrorKind::both) == 1);
  CHECK(count(report, DetectionErrorKind::background) == 1);
  CHECK(count(report, DetectionErrorKind::missed) == 2);
  CHECK(lost(report, DetectionErrorKind::localization) > 0);
  CHECK(lost(report, DetectionErrorKind::classification) > 0);
  CHECK(lost(report, DetectionErrorKind::missed) == 0);  // the dogs have no hit either way

  const auto& confusion = report.confusion;
  CHECK(confusion.at(0, 0) == 1);
  CHECK(confusion.at(1, 0) == 1);  // the dog that was taken for a cat
  CHECK(confusion.at(0, 2) == 1);  // object 2
  CHECK(confusion.at(1, 2) == 2);  // objects 4 and 5
  CHECK(confusion.at(2, 0) == 3);  // the duplicate, and two that overlap too little
  CHECK(confusion.at(2, 1) == 0);  // its score is below 0.25
  CHECK(to_string(confusion).find("nothing") != std::string::npos);
  CHECK(to_string(report).find("localization") != std::string::npos);
}

TEST_CASE("taking out what was missed makes up for it") {
  const std::vector<TrueObject> objects = {
      {.id = 1, .image_id = 1, .category_id = 1, .box = {0, 0, 20, 20}, .area = 400},
      {.id = 2, .image_id = 1, .category_id = 1, .box = {50, 0, 20, 20}, .area = 400},
  };
  DetectionErrors errors(two);
  errors.add(picture, objects, std::vector<Prediction>{prediction(1, .9, {0, 0, 20, 20})});
  const auto report = errors.report();
  CHECK(report.ap == doctest::Approx(51.0 / 101));
  CHECK(report.ap + lost(report, DetectionErrorKind::missed) == doctest::Approx(1));
}

TEST_CASE("AP is that of the metrics, repairs never lower it, and shards add up") {
  for (unsigned seed = 0; seed < 10; ++seed) {
    const auto scene = test::random_scene(seed, 20);
    DetectionErrors whole(scene.truth.categories);
    whole.add(scene.truth, scene.predictions);
    DetectionMetrics metrics(scene.truth.categories);
    metrics.add(scene.truth, scene.predictions);
    const auto report = whole.report();
    CHECK(report.ap == doctest::Approx(metrics.report().summary.ap50).epsilon(1e-12));
    for (const auto& error : report.errors) CHECK(error.lost_ap > -1e-12);

    DetectionErrors first(scene.truth.categories);
    DetectionErrors second(scene.truth.categories);
    auto half = scene;
    half.truth.images.resize(10);
    first.add(half.truth, scene.predictions);
    half.truth.images.assign(scene.truth.images.begin() + 10, scene.truth.images.end());
    second.add(half.truth, scene.predictions);
    second.merge(first);
    const auto merged = second.report();
    CHECK(merged.ap == doctest::Approx(report.ap).epsilon(1e-12));
    CHECK(merged.hits == report.hits);
    CHECK(merged.confusion.counts == report.confusion.counts);
    for (std::size_t i = 0; i < report.errors.size(); ++i) CHECK(merged.errors[i].count == report.errors[i].count);
    CHECK_THROWS_AS(second.merge(first), Error);
  }
}

TEST_CASE("thresholds that do not do are refused") {
  CHECK_THROWS_AS(DetectionErrors(two, {.iou_threshold = 0}), Error);
  CHECK_THROWS_AS(DetectionErrors(two, {.iou_threshold = .5, .background_threshold = .6}), Error);
  CHECK_THROWS_AS(DetectionErrors(two, {.max_detections = 0}), Error);
}

}  // namespace
}  // namespace visionkit
