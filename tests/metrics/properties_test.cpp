// What holds for all metrics: nothing that a user chooses for speed changes a bit, mistakes never raise a figure, and
// nothing to judge is defined. That perfect answers give 1 is in the test of each metric, and here for masks.
#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <visionkit/metrics/calibration.hpp>
#include <visionkit/metrics/classification.hpp>
#include <visionkit/metrics/confusion.hpp>
#include <visionkit/metrics/curves.hpp>
#include <visionkit/metrics/detection.hpp>
#include <visionkit/metrics/detection_errors.hpp>
#include <visionkit/metrics/multi_label.hpp>
#include <visionkit/metrics/panoptic.hpp>
#include <visionkit/metrics/segmentation.hpp>
#include <visionkit/metrics/timing.hpp>

#include "core/parallel.hpp"
#include "metrics/detection_scene.hpp"

namespace visionkit {
namespace {

using Order = std::vector<std::size_t>;
constexpr std::size_t sample_count = 96;

// The report over samples in this order, dealt out to parts that threads fill and that are merged last to first.
template <class M, class Add>
std::string report_of(const M& empty, const Add& add, const Order& order, std::size_t parts, int threads) {
  std::vector<M> metrics(parts, empty);
  parallel_for(parts, threads, [&](std::size_t part) {
    for (auto i = part; i < order.size(); i += parts) add(metrics[part], order[i]);
  });
  for (; metrics.size() > 1; metrics.pop_back()) metrics[metrics.size() - 2].merge(metrics.back());
  return to_json(metrics.front().report());
}

struct Subject {
  std::string name;
  std::function<std::string(const Order& order, std::size_t parts, int threads)> report;
};

template <class M, class Add>
Subject subject(std::string name, M empty, Add add) {
  return {std::move(name), [=](const Order& order, std::size_t parts, int threads) {
            return report_of(empty, add, order, parts, threads);
          }};
}

// Numbers of sample i, the same at every call.
template <class T>
std::vector<T> numbers(std::size_t i, std::size_t count, unsigned end, float factor = 1) {
  std::mt19937 generator(static_cast<unsigned>(i) + 1);
  std::vector<T> values(count);
  for (auto& value : values) value = static_cast<T>(static_cast<float>(generator() % end) * factor);
  return values;
}

struct SceneByPicture {
  test::Scene scene;
  std::vector<std::vector<TrueObject>> objects = {};
  std::vector<std::vector<Prediction>> predictions = {};
};

SceneByPicture scene_by_picture(unsigned seed) {
  SceneByPicture split = {.scene = test::random_scene(seed, static_cast<int>(sample_count), 4)};
  for (auto& object : split.scene.truth.objects) {
    const auto& box = object.box;
    const auto bottom = box.y + box.height;
    object.segmentation =
        std::vector<Polygon>{{{box.x, box.y}, {box.x + box.width, box.y}, {box.x + box.width / 2, bottom}}};
  }
  for (const auto& image : split.scene.truth.images) {
    split.objects.emplace_back();
    split.predictions.emplace_back();
    for (const auto& each : split.scene.truth.objects)
      if (each.image_id == image.id) split.objects.back().push_back(each);
    for (const auto& each : split.scene.predictions)
      if (each.image_id == image.id) split.predictions.back().push_back(each);
  }
  return split;
}

const std::vector<PanopticCategory> panoptic_categories = {{ClassId(1), PanopticKind::thing},
                                                           {ClassId(9), PanopticKind::stuff}};

// Eight runs of ids 1..4; odd ones are things, even ones stuff.
PanopticMap panoptic_map(std::size_t seed) {
  const auto runs = numbers<std::uint32_t>(seed, 8, 4);
  std::vector<std::uint32_t> ids;
  for (const auto run : runs) ids.insert(ids.end(), 8, run + 1);
  std::vector<PanopticSegment> segments;
  for (std::uint32_t id = 1; id <= 4; ++id) {
    if (std::ranges::find(ids, id) != ids.end()) segments.push_back({.id = id, .label = ClassId(id % 2 == 1 ? 1 : 9)});
  }
  return PanopticMap(ids, {8, 8}, segments);
}

std::vector<Subject> subjects() {
  constexpr std::size_t classes = 5;
  const auto number = [](std::size_t i) { return static_cast<std::int64_t>(i); };
  std::vector<Subject> list = {
      subject("classification", ClassificationMetric(classes, {.curves = Keep::yes, .per_sample = Keep::yes}),
              [=](ClassificationMetric& metric, std::size_t i) {
                metric.add(numbers<float>(i, classes, 50, 0.02F), ClassId(static_cast<int>(i % classes)), number(i));
              }),
      subject("multi-label", MultiLabelMetric(classes, {.per_sample = Keep::yes}),
              [=](MultiLabelMetric& metric, std::size_t i) {
                metric.add(numbers<float>(i, classes, 50, 0.02F), numbers<std::uint8_t>(i + 1000, classes, 2),
                           number(i));
              }),
      subject(
          "segmentation", SegmentationMetric(classes, {.boundary_ratio = 0.1}),
          [=](SegmentationMetric& metric, std::size_t i) {
            metric.add(numbers<std::uint8_t>(i, 300, 6), numbers<std::uint8_t>(i + 1000, 300, 6), {20, 15}, number(i));
          }),
      subject("panoptic", PanopticMetric(panoptic_categories),
              [=](PanopticMetric& metric, std::size_t i) {
                metric.add(panoptic_map(i), panoptic_map(i + 1000), number(i));
              }),
  };
  for (const auto match_by : {MatchBy::boxes, MatchBy::masks}) {
    const auto split = scene_by_picture(7);
    const auto add = [=](auto& metric, std::size_t i) {
      metric.add(split.scene.truth.images[i], split.objects[i], split.predictions[i]);
    };
    const auto name = std::string(to_string(match_by));
    list.push_back({"detection by " + name, [=](const Order& order, std::size_t parts, int threads) {
                      const DetectionMetrics empty(split.scene.truth.categories,
                                                   {.match_by = match_by, .threads = threads});
                      return report_of(empty, add, order, parts, threads);
                    }});
    list.push_back(
        subject("errors by " + name, DetectionErrors(split.scene.truth.categories, {.match_by = match_by}), add));
  }
  return list;
}

TEST_CASE("order, parts and 1, 2 and 8 threads change no bit of any report") {
  Order order(sample_count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  auto shuffled = order;
  std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937(4));
  for (const auto& each : subjects()) {
    CAPTURE(each.name);
    const auto expected = each.report(order, 1, 1);
    for (const int threads : {1, 2, 8}) {
      for (const std::size_t parts : {1, 8}) CHECK(each.report(shuffled, parts, threads) == expected);
    }
  }
}

TEST_CASE("a whole data set gives equal bits with 1, 2 and 8 threads, by boxes and by masks") {
  const auto scene = scene_by_picture(9).scene;
  for (const auto match_by : {MatchBy::boxes, MatchBy::masks}) {
    std::vector<std::string> reports;
    for (const int threads : {1, 2, 8}) {
      DetectionMetrics metrics(scene.truth.categories, {.match_by = match_by, .threads = threads});
      metrics.add(scene.truth, scene.predictions);
      reports.push_back(to_json(metrics.report()));
    }
    CHECK(reports[1] == reports[0]);
    CHECK(reports[2] == reports[0]);
  }
}

TEST_CASE("perfect masks give 1 up to pycocotools' 2^-52") {
  auto scene = scene_by_picture(1).scene;
  scene.predictions.clear();
  for (const auto& each : scene.truth.objects) {
    if (each.is_crowd) continue;
    scene.predictions.push_back({.image_id = each.image_id,
                                 .category_id = each.category_id,
                                 .score = .9,
                                 .box = each.box,
                                 .area = each.area,
                                 .segmentation = each.segmentation});
  }
  DetectionMetrics metrics(scene.truth.categories, {.match_by = MatchBy::masks});
  metrics.add(scene.truth, scene.predictions);
  CHECK(metrics.report().summary.ap <= 1);
  CHECK(metrics.report().summary.ap >= 0.9999999999999997);
  CHECK(metrics.report().summary.ar100 == 1);
  DetectionErrors errors(scene.truth.categories, {.match_by = MatchBy::masks});
  errors.add(scene.truth, scene.predictions);
  CHECK(errors.report().ap == 1);
  for (const auto& each : errors.report().errors) CHECK(each.count == 0);
}

// Figures without and with one more wrong answer, which has this score.
using Judge = std::function<std::vector<double>(bool is_wrong_added, unsigned seed, float score)>;

TEST_CASE("a false positive never raises average precision or panoptic quality") {
  constexpr std::size_t labels = 3;
  const auto detection = [](MatchBy match_by) {
    return [=](bool is_added, unsigned seed, float score) {
      auto [scene, objects, predictions] = scene_by_picture(seed);
      // In the corner that objects and predictions leave empty.
      const ObjectBox box = {630, 470, 9, 9};
      if (is_added) {
        scene.predictions.push_back({.image_id = scene.truth.images[seed].id,
                                     .category_id = 10,
                                     .score = score,
                                     .box = box,
                                     .area = box.area()});
      }
      DetectionMetrics metrics(scene.truth.categories, {.match_by = match_by});
      metrics.add(scene.truth, scene.predictions);
      std::vector<double> values;
      for (const auto& figure : figures(metrics.report().summary)) values.push_back(figure.value);
      return values;
    };
  };
  const std::vector<std::pair<std::string, Judge>> judges = {
      {"boxes", detection(MatchBy::boxes)},
      {"masks", detection(MatchBy::masks)},
      {"labels",
       [](bool is_added, unsigned seed, float score) {
         MultiLabelMetric metric(labels);
         metric.add(numbers<float>(seed, 30 * labels, 20, 0.05F), numbers<std::uint8_t>(seed + 99, 30 * labels, 2));
         if (is_added) metric.add(std::vector<float>(labels, score), std::vector<std::uint8_t>(labels, 0));
         std::vector<double> values = {metric.report().average_precision.micro,
                                       metric.report().average_precision.macro};
         for (const auto& curve : metric.report().curves) values.push_back(curve.average_precision);
         return values;
       }},
      {"panoptic",
       [](bool is_added, unsigned seed, float) {
         // The last row is stuff; more is predicted there as a thing, or as nothing.
         auto ids = numbers<std::uint32_t>(seed, 64, 3);
         std::vector<std::uint32_t> truth(64, 4);
         std::fill(truth.begin(), truth.begin() + 32, 1U);
         for (std::size_t i = 48; i < 64; ++i) ids[i] = is_added ? 7 : 0;
         std::vector<PanopticSegment> segments;
         for (std::uint32_t id = 1; id < 8; ++id) {
           if (std::ranges::find(ids, id) != ids.end())
             segments.push_back({.id = id, .label = ClassId(id == 2 ? 9 : 1)});
         }
         PanopticMetric metric(panoptic_categories);
         metric.add(PanopticMap(ids, {8, 8}, segments),
                    PanopticMap(truth, {8, 8}, {{.id = 1, .label = ClassId(1)}, {.id = 4, .label = ClassId(9)}}));
         const auto report = metric.report();
         return std::vector<double>{report.all.pq, report.things.pq, report.things.rq};
       }},
  };
  for (const auto& each : judges) {
    const auto& judge = each.second;
    for (unsigned seed = 0; seed < 8; ++seed) {
      for (const float score : {0.0F, 0.33F, 1.0F}) {
        CAPTURE(each.first);
        CAPTURE(seed);
        CAPTURE(score);
        const auto before = judge(false, seed, score);
        const auto after = judge(true, seed, score);
        for (std::size_t i = 0; i < before.size(); ++i) CHECK_FALSE(after[i] > before[i]);
      }
    }
  }
}

// What is not defined is null, and everything else is a number: JSON knows no others.
TEST_CASE("nothing to judge is defined and null (A27)") {
  struct Row {
    std::string json;
    std::vector<std::string> undefined;
  };
  const std::vector<Category> one = {{.id = 1}};
  DetectionMetrics pictures_only(one);
  pictures_only.add(AnnotatedImage{.id = 3, .size = {8, 8}}, {}, std::span<const Prediction>{});
  SegmentationMetric unlabelled(2);
  unlabelled.add(std::vector<std::uint8_t>(6, 0), std::vector<std::uint8_t>(6, 255), {3, 2});
  const std::vector<Row> rows = {
      {to_json(ClassificationMetric(3, {.curves = Keep::yes}).report()),
       {"/top_k/0/accuracy", "/accuracy", "/calibration/brier", "/curves/0/roc_auc"}},
      {to_json(MultiLabelMetric(3).report()), {"/subset_accuracy", "/hamming_loss", "/mean_roc_auc"}},
      {to_json(ConfusionMatrix(3).report()), {"/accuracy", "/kappa"}},
      {to_json(BinaryCurve().report()), {"/roc_auc"}},
      {to_json(Calibration().report()), {"/brier"}},
      {to_json(SegmentationMetric(3, {.boundary_ratio = 0.02}).report()), {"/macro/iou", "/mean_boundary_iou"}},
      {to_json(unlabelled.report()), {"/mean_iou", "/pixel_accuracy", "/classes/0/iou"}},
      {to_json(PanopticMetric(panoptic_categories).report()), {"/all/pq", "/things/sq", "/stuff/rq"}},
      {to_json(DetectionMetrics(one).report()), {"/summary/ap", "/best_f1", "/classes/0/ap"}},
      {to_json(pictures_only.report()), {"/summary/ap", "/summary/ar100", "/classes/0/ap"}},
      {to_json(DetectionErrors(one).report()), {"/ap", "/errors/5/lost_ap"}},
      {to_json(LatencyMetric().report()), {"/mean_ms"}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.json);
    const auto json = nlohmann::json::parse(row.json);
    for (const auto& pointer : row.undefined) {
      CAPTURE(pointer);
      REQUIRE(json.contains(nlohmann::json::json_pointer(pointer)));
      CHECK(json.at(nlohmann::json::json_pointer(pointer)).is_null());
    }
  }
}

TEST_CASE("a class that is absent leaves the figures of the others as they are (A27)") {
  const std::vector<std::uint8_t> map = {0, 0, 1, 1};
  SegmentationMetric segmentation(3);
  segmentation.add(map, map, {2, 2});
  CHECK(segmentation.report().rates.macro.iou == 1);
  PanopticMetric panoptic(panoptic_categories);
  const PanopticMap things(std::vector<std::uint32_t>(4, 1), {2, 2}, {{.id = 1, .label = ClassId(1)}});
  panoptic.add(things, things);
  CHECK(panoptic.report().all.pq == 1);
  CHECK(panoptic.report().all.classes == 1);
  ClassificationMetric classification(3, {.curves = Keep::yes});
  classification.add(std::vector<float>{1, 0, 0}, ClassId(0));
  classification.add(std::vector<float>{0, 1, 0}, ClassId(1));
  CHECK(classification.report().top_k[0].accuracy == 1);
  CHECK(classification.report().confusion.balanced_accuracy == 1);
  CHECK(classification.report().mean_roc_auc == 1);
  MultiLabelMetric labels(2);
  labels.add(std::vector<float>{1, 0, 0, 0}, std::vector<std::uint8_t>{1, 0, 0, 0});
  CHECK(labels.report().mean_roc_auc == 1);
  CHECK(labels.report().subset_accuracy == 1);
  const std::vector<TrueObject> objects = {{.id = 1, .image_id = 1, .category_id = 1, .box = {0, 0, 9, 9}, .area = 81}};
  const std::vector<Prediction> found = {
      {.image_id = 1, .category_id = 1, .score = 1, .box = {0, 0, 9, 9}, .area = 81},
      {.image_id = 1, .category_id = 2, .score = 1, .box = {0, 0, 9, 9}, .area = 81}};
  DetectionMetrics detection({{.id = 1}, {.id = 2}});
  detection.add(AnnotatedImage{.id = 1, .size = {9, 9}}, objects, found);
  CHECK(detection.report().summary.ap == doctest::Approx(1));
  CHECK(std::isnan(detection.report().classes[1].ap));
}

}  // namespace
}  // namespace visionkit
