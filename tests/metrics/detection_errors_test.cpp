#include <visionkit/metrics/detection_errors.hpp>

#include <cmath>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <visionkit/core/error.hpp>
#include <visionkit/dataset/coco.hpp>
#include <visionkit/metrics/detection.hpp>

#include "metrics/detection_scene.hpp"
#include "support/files.hpp"

namespace visionkit {
namespace {

static_assert(Metric<DetectionErrors, AnnotatedImage, std::span<const TrueObject>, std::span<const Prediction>>);
static_assert(Metric<DetectionErrors, ObjectDataset, std::span<const Prediction>>);

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
      prediction(1, .5, {110, 110, 20, 20}),  // in the crowd: background, but no false positive
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
  CHECK(count(report, DetectionErrorKind::background) == 2);
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
    CHECK(merged == report);
    CHECK(to_json(merged) == to_json(report));
    CHECK_THROWS_AS(second.merge(first), Error);
  }
}

TEST_CASE("kinds, counts and lost AP are tidecv's") {
  for (const auto& row : test::read_json(test::data_folder() / "detection_errors/cases.json")) {
    CAPTURE(row.at("name").get<std::string>());
    const auto truth = parse_coco(row.at("truth").dump()).dataset;
    const auto found = parse_coco_results(row.at("results").dump(), truth).predictions;
    DetectionErrors errors(truth.categories,
                           {.match_by = row.at("match_by") == "masks" ? MatchBy::masks : MatchBy::boxes,
                            .iou_threshold = row.at("iou_threshold"),
                            .background_threshold = row.at("background_threshold")});
    errors.add(truth, found);
    const auto report = errors.report();
    const auto& expected = row.at("tidecv");
    CHECK(report.hits == expected.at("hits"));
    CHECK(report.ap == doctest::Approx(expected.at("ap").get<double>()).epsilon(1e-12));
    for (const auto& error : report.errors) {
      CAPTURE(to_string(error.kind));
      const auto& theirs = expected.at("errors").at(std::string(to_string(error.kind)));
      CHECK(error.count == theirs.at("count"));
      CHECK(std::abs(error.lost_ap - theirs.at("lost_ap").get<double>()) < 1e-12);
    }
  }
}

TEST_CASE("nothing, no objects and no predictions are defined (A27)") {
  const auto nothing = DetectionErrors(two).report();
  CHECK(std::isnan(nothing.ap));
  CHECK(nothing == DetectionErrors(two).report());
  const auto json = nlohmann::json::parse(to_json(nothing));
  CHECK(json["ap"].is_null());
  CHECK(json["errors"][0]["lost_ap"].is_null());

  const std::vector<TrueObject> objects = {{.id = 1, .image_id = 1, .category_id = 1, .box = {0, 0, 20, 20}}};
  const std::vector<Prediction> predictions = {prediction(2, .9, {0, 0, 20, 20})};
  DetectionErrors empty(two);
  empty.add(picture, {}, predictions);
  CHECK(std::isnan(empty.report().ap));
  CHECK(count(empty.report(), DetectionErrorKind::background) == 1);
  DetectionErrors blind(two);
  blind.add(picture, objects, {});
  CHECK(blind.report().ap == 0);
  CHECK(count(blind.report(), DetectionErrorKind::missed) == 1);
  CHECK(std::isnan(lost(blind.report(), DetectionErrorKind::missed)));  // no class is left
  CHECK(lost(blind.report(), DetectionErrorKind::background) == 0);
}

TEST_CASE("a report writes JSON, lists its figures and is compared") {
  DetectionErrors errors(two);
  errors.add(picture, std::vector<TrueObject>{{.id = 1, .image_id = 1, .category_id = 2, .box = {0, 0, 20, 20}}},
             std::vector<Prediction>{prediction(1, .9, {0, 0, 20, 20})});
  const auto report = errors.report();
  const auto json = nlohmann::json::parse(to_json(report));
  CHECK(json["report"] == "detection_errors");
  CHECK(json["schema_version"] == report_schema_version);
  CHECK(json["errors"][1] == nlohmann::json{{"kind", "classification"}, {"count", 1}, {"lost_ap", 1.0}});
  CHECK(json["confusion"]["categories"][1] == nlohmann::json{{"id", 2}, {"name", "dog"}});
  CHECK(json["confusion"]["counts"] == nlohmann::json{{0, 0, 0}, {1, 0, 0}, {0, 0, 0}});
  CHECK(figures(report)[3].name == "lost_ap of classification");
  CHECK(figures(report)[3].value == 1);
  for (const auto& figure : compare(report, report).figures) CHECK(figure.change == 0);
}

TEST_CASE("thresholds that do not do are refused") {
  CHECK_THROWS_AS(DetectionErrors(two, {.iou_threshold = 0}), Error);
  CHECK_THROWS_AS(DetectionErrors(two, {.iou_threshold = .5, .background_threshold = .6}), Error);
  CHECK_THROWS_AS(DetectionErrors(two, {.max_detections = 0}), Error);
}

}  // namespace
}  // namespace visionkit
