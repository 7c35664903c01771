#include <visionkit/metrics/detection.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <visionkit/core/error.hpp>

#include "metrics/detection_scene.hpp"
#include "support/refusal.hpp"

namespace visionkit {
namespace {

using test::code_of;
using test::random_scene;
using test::Scene;

DetectionReport report_of(const Scene& scene, const DetectionMetricsOptions& options = {}) {
  DetectionMetrics metrics(scene.truth.categories, options);
  metrics.add(scene.truth, scene.predictions);
  return metrics.report();
}

std::vector<TrueObject> objects_of(const Scene& scene, std::int64_t image) {
  std::vector<TrueObject> objects;
  for (const auto& object : scene.truth.objects) {
    if (object.image_id == image) objects.push_back(object);
  }
  return objects;
}

std::vector<Prediction> predictions_of(const Scene& scene, std::int64_t image) {
  std::vector<Prediction> predictions;
  for (const auto& prediction : scene.predictions) {
    if (prediction.image_id == image) predictions.push_back(prediction);
  }
  return predictions;
}

bool same_bits(const PrecisionArrays& a, const PrecisionArrays& b) {
  return a.precision == b.precision && a.recall == b.recall && a.scores == b.scores;
}

TEST_CASE("one object found by the second of two predictions gives a precision of one half") {
  Scene scene;
  scene.truth = {.images = {{.id = 1}},
                 .categories = {{.id = 1, .name = "a"}},
                 .objects = {{.id = 1, .image_id = 1, .category_id = 1, .box = {0, 0, 10, 10}, .area = 100}}};
  scene.predictions = {
      {.image_id = 1, .category_id = 1, .score = .9, .box = {50, 50, 10, 10}, .area = 100},
      {.image_id = 1, .category_id = 1, .score = .8, .box = {0, 0, 10, 8}, .area = 80},
  };
  const auto report = report_of(scene);
  CHECK(report.summary.ap50 == doctest::Approx(.5));
  CHECK(report.summary.ap75 == doctest::Approx(.5));  // an overlap of 0.8
  CHECK(report.summary.ap == doctest::Approx(.5 * 7 / 10));
  CHECK(report.summary.ar1 == 0);
  CHECK(report.summary.ar10 == doctest::Approx(.7));
  CHECK(std::isnan(report.summary.ap_large));
  CHECK(report.best_f1 == doctest::Approx(2.0 / 3));
  CHECK(report.best_f1_score == .8);
}

TEST_CASE("perfect predictions give 1 up to pycocotools' 2^-52") {
  auto scene = random_scene(1);
  scene.predictions.clear();
  for (const auto& object : scene.truth.objects) {
    if (object.is_crowd) continue;
    scene.predictions.push_back({.image_id = object.image_id,
                                 .category_id = object.category_id,
                                 .score = .9,
                                 .box = object.box,
                                 .area = object.area});
  }
  const auto report = report_of(scene);
  CHECK(report.summary.ap <= 1);
  CHECK(report.summary.ap >= 0.9999999999999997);
  CHECK(report.summary.ar100 == 1);
  CHECK(report.best_f1 == 1);
}

TEST_CASE("a false positive never raises a precision") {
  for (unsigned seed = 0; seed < 20; ++seed) {
    auto scene = random_scene(seed);
    const auto before = report_of(scene).summary;
    const auto& image = scene.truth.images[seed % scene.truth.images.size()];
    // Far outside of every object, and rated in between.
    scene.predictions.push_back(
        {.image_id = image.id, .category_id = 10, .score = .33, .box = {5000, 5000, 40, 40}, .area = 1600});
    const auto after = report_of(scene).summary;
    for (std::size_t i = 0; i < figures(before).size(); ++i) {
      const auto old = figures(before)[i].value;
      CHECK((std::isnan(old) || figures(after)[i].value <= old));
    }
  }
}

TEST_CASE("the order of pictures, shards and threads change no bit") {
  const auto scene = random_scene(5, 200, 7);
  DetectionMetrics whole(scene.truth.categories);
  whole.add(scene.truth, scene.predictions);
  const auto expected = whole.arrays();

  auto images = scene.truth.images;
  std::shuffle(images.begin(), images.end(), std::mt19937(3));
  DetectionMetrics even(scene.truth.categories);
  DetectionMetrics odd(scene.truth.categories);
  for (std::size_t i = 0; i < images.size(); ++i) {
    (i % 2 == 0 ? even : odd).add(images[i], objects_of(scene, images[i].id), predictions_of(scene, images[i].id));
  }
  auto merged = odd;
  merged.merge(even);
  even.merge(odd);
  CHECK(same_bits(merged.arrays(), expected));
  CHECK(same_bits(even.arrays(), expected));
  CHECK(even.report() == whole.report());

  for (const int threads : {2, 8}) {
    DetectionMetrics parallel(scene.truth.categories, {.threads = threads});
    parallel.add(scene.truth, scene.predictions);
    CHECK(same_bits(parallel.arrays(), expected));
    CHECK(parallel.report() == whole.report());
  }
}

TEST_CASE("the order of predictions matters only between equal scores") {
  auto scene = random_scene(6);
  for (std::size_t i = 0; i < scene.predictions.size(); ++i) {
    scene.predictions[i].score = static_cast<double>((i * 7919) % 10007) / 10007;  // all different
  }
  const auto expected = report_of(scene);
  std::shuffle(scene.predictions.begin(), scene.predictions.end(), std::mt19937(1));
  std::shuffle(scene.truth.images.begin(), scene.truth.images.end(), std::mt19937(2));
  CHECK(report_of(scene) == expected);
}

TEST_CASE("no pictures, no objects and no predictions are defined (A27)") {
  const auto nothing = report_of({});
  CHECK(std::isnan(nothing.summary.ap));
  CHECK(nothing.classes.empty());
  CHECK(to_json(nothing).find("\"ap\":null") != std::string::npos);
  auto scene = random_scene(2);
  auto without_objects = scene;
  without_objects.truth.objects.clear();
  CHECK(std::isnan(report_of(without_objects).summary.ap));
  CHECK(std::isnan(report_of(without_objects).best_f1));
  scene.predictions.clear();
  CHECK(report_of(scene).summary.ap == 0);
  CHECK(report_of(scene).summary.ar100 == 0);
}

TEST_CASE("10,000 boxes on one picture are scored (A28)") {
  Scene scene;
  scene.truth = {.images = {{.id = 1}}, .categories = {{.id = 1}}, .objects = {}};
  for (int i = 0; i < 10'000; ++i) {
    const ObjectBox box = {i % 100 * 20.0, i / 100 * 20.0, 15, 15};
    scene.truth.objects.push_back({.id = i + 1, .image_id = 1, .category_id = 1, .box = box, .area = 225});
    scene.predictions.push_back({.image_id = 1, .category_id = 1, .score = .5, .box = box, .area = 225});
  }
  CHECK(report_of(scene, {.max_detections = {10'000}}).summary.ar100 == 1);
  CHECK(report_of(scene).summary.ar100 == doctest::Approx(.01));
}

TEST_CASE("boxes that doubles cannot hold overlap nothing") {
  const auto huge = std::numeric_limits<double>::max();
  const auto nan = std::numeric_limits<double>::quiet_NaN();
  for (const ObjectBox box : {ObjectBox{0, 0, huge, huge}, {nan, 0, 5, 5}, {0, 0, nan, nan}, {0, 0, 1e-200, 1e-200}}) {
    Scene scene;
    scene.truth = {.images = {{.id = 1}},
                   .categories = {{.id = 1}},
                   .objects = {{.id = 1, .image_id = 1, .category_id = 1, .box = box, .area = 1}}};
    scene.predictions = {{.image_id = 1, .category_id = 1, .score = .5, .box = box, .area = 1}};
    CHECK(report_of(scene).summary.ap == 0);
  }
}

TEST_CASE("what a Detector answers is scored as its boxes") {
  const std::vector<Category> categories = {{.id = 7, .name = "cat"}, {.id = 3, .name = "dog"}};
  DetectionMetrics metrics(categories);
  const std::vector<TrueObject> objects = {
      {.id = 1, .image_id = 1, .category_id = 3, .box = {10, 20, 30, 40}, .area = 1200}};
  std::vector<Detection> detections(1);
  detections[0].box = {10, 20, 40, 60};
  detections[0].label = ClassId(1);
  detections[0].score = .5F;
  metrics.add({.id = 1, .size = {100, 100}}, objects, detections);
  CHECK(metrics.report().summary.ap >= 0.9999999999999997);
  detections[0].label = ClassId(2);
  CHECK(code_of([&] { metrics.add({.id = 2}, objects, detections); }) == ErrorCode::invalid_argument);
  CHECK(metrics.image_count() == 1);
}

TEST_CASE("masks are matched by their pixels, boxes stand in for missing ones") {
  Scene scene;
  scene.truth = {.images = {{.id = 1, .size = {100, 100}}},
                 .categories = {{.id = 1}},
                 .objects = {{.id = 1, .image_id = 1, .category_id = 1, .box = {0, 0, 40, 40}, .area = 800}}};
  scene.truth.objects[0].segmentation = std::vector<Polygon>{{{0, 0}, {40, 0}, {0, 40}}};
  Prediction prediction = {.image_id = 1, .category_id = 1, .score = .5, .box = {0, 0, 40, 40}, .area = 1600};
  scene.predictions = {prediction};
  CHECK(report_of(scene).summary.ap50 == doctest::Approx(1));
  CHECK(report_of(scene, {.match_by = MatchBy::masks}).summary.ap75 == 0);  // a half of the box
  scene.predictions[0].segmentation = scene.truth.objects[0].segmentation;
  CHECK(report_of(scene, {.match_by = MatchBy::masks}).summary.ap == doctest::Approx(1));
}

TEST_CASE("the matching of a picture says who found what") {
  const std::vector<TrueObject> objects = {
      {.id = 5, .category_id = 1, .box = {0, 0, 100, 100}, .area = 1e4, .is_crowd = true},
      {.id = 6, .category_id = 1, .box = {0, 0, 10, 10}, .area = 100}};
  const std::vector<Prediction> predictions = {
      {.category_id = 1, .score = .5, .box = {0, 0, 10, 9}, .area = 90},
      {.category_id = 1, .score = .9, .box = {40, 40, 10, 10}, .area = 100},
      {.category_id = 1, .score = .9, .box = {400, 40, 10, 10}, .area = 100},
  };
  const DetectionMetrics metrics({{.id = 1}}, {.iou_thresholds = {.5, .95}});
  const auto matches = metrics.match({.id = 1}, objects, predictions);
  REQUIRE(matches.size() == 1);
  CHECK(matches[0].predictions == std::vector<std::size_t>{1, 2, 0});
  CHECK(matches[0].objects == std::vector<std::size_t>{1, 0});
  // At 0.95 the last one is left to the crowd.
  CHECK(matches[0].found == std::vector<std::int64_t>{0, -1, 1, 0, -1, 0});
  CHECK(matches[0].is_ignored == std::vector<std::uint8_t>{1, 0, 0, 1, 0, 1});
}

TEST_CASE("curves have one point for each score and the best of F1") {
  const auto scene = random_scene(9);
  DetectionMetrics metrics(scene.truth.categories);
  metrics.add(scene.truth, scene.predictions);
  const auto report = metrics.report();
  const auto curves = metrics.curves();
  REQUIRE(curves.size() == report.classes.size());
  for (std::size_t k = 0; k < curves.size(); ++k) {
    double best = 0;
    for (std::size_t i = 0; i < curves[k].points.size(); ++i) {
      const auto& point = curves[k].points[i];
      if (i > 0) CHECK(point.score < curves[k].points[i - 1].score);
      if (i > 0) CHECK(point.recall >= curves[k].points[i - 1].recall);
      best = std::max(best, point.f1);
    }
    CHECK(best == report.classes[k].best_f1);
  }
  CHECK(code_of([&] { static_cast<void>(metrics.curves(.51)); }) == ErrorCode::invalid_argument);
}

TEST_CASE("a comparison of two detectors has an interval around the change of AP") {
  auto scene = random_scene(11, 60);
  DetectionMetrics before(scene.truth.categories);
  before.add(scene.truth, scene.predictions);
  const auto same = before.compare(before, {.resamples = 50}).figures[0];
  CHECK(same.change == 0);
  REQUIRE(same.interval);
  CHECK(same.interval->low == 0);
  CHECK(same.interval->high == 0);

  auto better = scene;
  std::erase_if(better.predictions, [](const Prediction& each) { return each.score < .3; });
  for (const auto& object : scene.truth.objects) {
    better.predictions.push_back({.image_id = object.image_id,
                                  .category_id = object.category_id,
                                  .score = .97,
                                  .box = object.box,
                                  .area = object.area});
  }
  DetectionMetrics after(scene.truth.categories);
  after.add(better.truth, better.predictions);
  const auto comparison = before.compare(after, {.resamples = 100});
  CHECK(comparison.is_paired);
  const auto reports = compare(before.report(), after.report());
  REQUIRE(comparison.figures.size() == reports.figures.size());
  for (std::size_t i = 0; i < reports.figures.size(); ++i) {
    CHECK(comparison.figures[i].name == reports.figures[i].name);
    CHECK(comparison.figures[i].interval.has_value() == (i == 0));
  }
  const auto& change = comparison.figures[0];
  CHECK(change.name == "ap");
  CHECK(change.before == before.report().summary.ap);
  CHECK(change.interval->low > 0);
  CHECK(change.interval->low <= change.change);
  CHECK(change.change <= change.interval->high);
  CHECK(before.compare(after, {.resamples = 100}).figures[0].interval->low == change.interval->low);
  CHECK(to_string(comparison).find("\nap of c1 (") != std::string::npos);
  const auto less = DetectionMetrics(scene.truth.categories);
  CHECK(code_of([&] { static_cast<void>(before.compare(less)); }) == ErrorCode::invalid_argument);
  CHECK(code_of([&] { static_cast<void>(before.compare(after, {.resamples = 0})); }) == ErrorCode::invalid_option);
}

// Whatever is drawn from one picture is that picture.
TEST_CASE("the interval is that of AP itself: of at most 100 predictions, of objects of all sizes") {
  const auto scene = random_scene(11, 1);
  auto options = DetectionMetricsOptions{.max_detections = {1, 100, 1000}};
  std::ranges::reverse(options.areas);
  DetectionMetrics before(scene.truth.categories, options);
  before.add(scene.truth, {});
  auto many = scene.predictions;
  for (int i = 0; i < 200; ++i) {
    auto elsewhere = scene.predictions.front();
    elsewhere.box = {0, 0, 1, 1};
    elsewhere.score = 2;
    many.push_back(elsewhere);
  }
  DetectionMetrics after(scene.truth.categories, options);
  after.add(scene.truth, many);
  const auto change = before.compare(after, {.resamples = 2}).figures[0];
  CHECK(change.change > 0);
  REQUIRE(change.interval);
  CHECK(change.interval->low == doctest::Approx(change.change));
  CHECK(change.interval->high == doctest::Approx(change.change));
  const auto undefined = DetectionMetrics(scene.truth.categories, {.max_detections = {10}});
  CHECK_FALSE(undefined.compare(undefined).figures[0].interval);
}

TEST_CASE("reports print as tables and are JSON") {
  const auto scene = random_scene(4);
  const auto report = report_of(scene);
  const auto text = to_string(report);
  CHECK(text.find("12 images") == 0);
  CHECK(text.find("\nc1 ") != std::string::npos);
  const auto json = nlohmann::json::parse(to_json(report));
  CHECK(json.at("report") == "detection");
  CHECK(json.at("schema_version") == report_schema_version);
  CHECK(json.at("summary").at("ap").get<double>() == report.summary.ap);
  CHECK(json.at("classes").size() == 3);
}

TEST_CASE("options that do not do are refused") {
  const auto refuse = [](const DetectionMetricsOptions& options) {
    return code_of([&] { const DetectionMetrics metrics({}, options); });
  };
  const auto nan = std::numeric_limits<double>::quiet_NaN();
  for (const auto& options : std::vector<DetectionMetricsOptions>{{.threads = 0},
                                                                  {.threads = 257},
                                                                  {.max_detections = {}},
                                                                  {.max_detections = {0}},
                                                                  {.max_detections = {10, 10}},
                                                                  {.iou_thresholds = {}},
                                                                  {.iou_thresholds = {0}},
                                                                  {.iou_thresholds = {1.1}},
                                                                  {.iou_thresholds = {nan}},
                                                                  {.iou_thresholds = std::vector<double>(17, .5)},
                                                                  {.areas = {{"x", 2, 1}}}}) {
    CHECK(refuse(options) == ErrorCode::invalid_option);
  }
}

TEST_CASE("pictures count once, and metrics of other options are not merged") {
  const auto scene = random_scene(3);
  DetectionMetrics metrics(scene.truth.categories);
  metrics.add(scene.truth, scene.predictions);
  const auto before = metrics.report();
  CHECK(code_of([&] { metrics.add(scene.truth.images[0], {}, std::span<const Prediction>()); }) ==
        ErrorCode::invalid_argument);
  CHECK(code_of([&] { metrics.add(scene.truth, scene.predictions); }) == ErrorCode::invalid_argument);
  CHECK(code_of([&] { metrics.merge(metrics); }) == ErrorCode::invalid_argument);
  CHECK(code_of([&] { metrics.merge(DetectionMetrics(scene.truth.categories, {.match_by = MatchBy::masks})); }) ==
        ErrorCode::invalid_argument);
  CHECK(code_of([&] { metrics.merge(DetectionMetrics(std::vector<Category>{{.id = 1}})); }) ==
        ErrorCode::invalid_argument);
  std::vector<Prediction> elsewhere = {{.image_id = 12345, .category_id = 10}};
  DetectionMetrics empty(scene.truth.categories);
  CHECK(code_of([&] { empty.add(scene.truth, elsewhere); }) == ErrorCode::invalid_argument);
  CHECK(empty.image_count() == 0);
  CHECK(metrics.report() == before);
}

}  // namespace
}  // namespace visionkit
