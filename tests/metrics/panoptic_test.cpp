#include <visionkit/metrics/panoptic.hpp>

#include <cmath>
#include <random>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <visionkit/core/error.hpp>

namespace visionkit {
namespace {

const std::vector<PanopticCategory> categories = {{ClassId(1), PanopticKind::thing}, {ClassId(9), PanopticKind::stuff}};

struct Picture {
  std::vector<std::uint32_t> ids;
  std::vector<PanopticSegment> segments;

  [[nodiscard]] PanopticView view() const { return {ids, segments}; }
};

// Ids 1.. of random runs; odd ids are things, even ones stuff; 0 is void.
Picture random_picture(std::mt19937& generator) {
  Picture picture;
  while (picture.ids.size() < 300)
    picture.ids.resize(picture.ids.size() + 1 + generator() % 20, static_cast<std::uint32_t>(generator() % 6));
  picture.ids.resize(300);
  for (std::uint32_t id = 1; id < 6; ++id) {
    if (std::find(picture.ids.begin(), picture.ids.end(), id) == picture.ids.end()) continue;
    const ClassId category(id % 2 == 1 ? 1 : 9);
    picture.segments.push_back({.id = id, .label = category});
  }
  return picture;
}

TEST_CASE("panoptic quality worked by hand") {
  PanopticMetric metric(categories);
  const std::vector<std::uint32_t> truth = {5, 5, 5, 5, 7, 7, 7, 7, 0, 0};
  const std::vector<std::uint32_t> predicted = {1, 1, 1, 2, 2, 3, 3, 3, 3, 4};
  const std::vector<PanopticSegment> true_segments = {{.id = 5, .label = ClassId(1)}, {.id = 7, .label = ClassId(9)}};
  const std::vector<PanopticSegment> predictions = {{1, ClassId(1)}, {2, ClassId(1)}, {3, ClassId(9)}, {4, ClassId(1)}};
  metric.add({predicted, predictions}, {truth, true_segments});
  const auto report = metric.report();
  // 1 matches 5 with 3/4; 2 is a false positive; 3 matches 7 with 3/4, its void pixel left out; 4 lies on void.
  CHECK(report.classes[0].counts.true_positives == 1);
  CHECK(report.classes[0].counts.false_positives == 1);
  CHECK(report.classes[0].quality.pq == doctest::Approx(0.75 / 1.5));
  CHECK(report.classes[1].quality.pq == doctest::Approx(0.75));
  CHECK(report.things.rq == doctest::Approx(1 / 1.5));
  CHECK(report.all.sq == doctest::Approx(0.75));
  CHECK(report.all.classes == 2);
}

TEST_CASE("perfect maps give 1") {
  std::mt19937 generator(1);
  PanopticMetric metric(categories);
  for (int i = 0; i < 5; ++i) {
    const auto picture = random_picture(generator);
    metric.add(picture.view(), picture.view());
  }
  const auto report = metric.report();
  for (const auto& quality : {report.all, report.things, report.stuff}) {
    CHECK(quality.pq == 1);
    CHECK(quality.sq == 1);
    CHECK(quality.rq == 1);
  }
}

TEST_CASE("order and shards change no bit") {
  std::mt19937 generator(2);
  std::vector<Picture> pictures;
  for (int i = 0; i < 24; ++i) pictures.push_back(random_picture(generator));
  PanopticMetric whole(categories);
  PanopticMetric first(categories);
  PanopticMetric second(categories);
  const auto add = [&](PanopticMetric& metric, std::size_t i) {
    metric.add(pictures[i].view(), pictures[(i + 1) % pictures.size()].view());
  };
  for (std::size_t i = 0; i < pictures.size(); ++i) add(whole, i);
  for (std::size_t i = pictures.size(); i-- > 0;) add(i % 3 == 0 ? first : second, i);
  second.merge(first);
  CHECK(to_json(second.report()) == to_json(whole.report()));
}

TEST_CASE("a panoptic map is judged as its ids and segments") {
  std::mt19937 generator(5);
  const auto truth = random_picture(generator);
  const auto predicted = random_picture(generator);
  PanopticMetric views(categories);
  PanopticMetric maps(categories);
  views.add(predicted.view(), truth.view());
  maps.add(PanopticMap(predicted.ids, {30, 10}, predicted.segments), PanopticMap(truth.ids, {30, 10}, truth.segments));
  CHECK(to_json(maps.report()) == to_json(views.report()));
  CHECK_THROWS_AS(maps.add(PanopticMap(), PanopticMap(truth.ids, {30, 10}, truth.segments)), Error);
}

TEST_CASE("nothing to judge is NaN, and null in JSON") {
  const auto report = PanopticMetric(categories).report();
  CHECK(std::isnan(report.all.pq));
  CHECK(nlohmann::json::parse(to_json(report))["all"]["pq"].is_null());
}

TEST_CASE("bad input is refused and nothing is counted") {
  PanopticMetric metric(categories);
  const std::vector<std::uint32_t> ids = {1, 1};
  const std::vector<PanopticSegment> truth = {{.id = 1, .label = ClassId(1)}};
  const std::vector<PanopticSegment> predicted = {{1, ClassId(1)}};
  const std::vector<PanopticSegment> unknown = {{1, ClassId(2)}};
  const std::vector<PanopticSegment> unseen = {{1, ClassId(1)}, {2, ClassId(1)}};
  const std::vector<std::uint32_t> longer = {1, 1, 1};
  CHECK_THROWS_AS(metric.add({longer, predicted}, {ids, truth}), Error);
  CHECK_THROWS_AS(metric.add({ids, {}}, {ids, truth}), Error);
  CHECK_THROWS_AS(metric.add({ids, unknown}, {ids, truth}), Error);
  CHECK_THROWS_AS(metric.add({ids, unseen}, {ids, truth}), Error);
  CHECK(metric.report().images == 0);
  CHECK_THROWS_AS(metric.merge(PanopticMetric({{ClassId(1), PanopticKind::thing}})), Error);
  CHECK_THROWS_AS(PanopticMetric({}), Error);
  CHECK_THROWS_AS(PanopticMetric({categories[0], categories[0]}), Error);
}

TEST_CASE("a report prints the classes that occur and writes JSON") {
  std::mt19937 generator(3);
  PanopticMetric metric(categories);
  const auto picture = random_picture(generator);
  metric.add(picture.view(), picture.view(), 4);
  const auto text = to_string(metric.report());
  CHECK(text.starts_with("1 images\n\n            PQ      SQ      RQ  TP  FP  FN\nall     1.0000"));
  const auto json = nlohmann::json::parse(to_json(metric.report()));
  CHECK(json["report"] == "panoptic");
  CHECK(json["classes"][1]["kind"] == "stuff");
  CHECK(json["per_sample"]["values"] == nlohmann::json{{4, 1.0}});
  CHECK(compare(metric.report(), metric.report()).is_paired);
}

}  // namespace
}  // namespace visionkit
