#include <visionkit/metrics/segmentation.hpp>

#include <cmath>
#include <random>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <visionkit/core/error.hpp>

#include "metrics/boundary.hpp"

namespace visionkit {
namespace {

using Ids = std::vector<std::uint8_t>;

SegmentationReport judged(const Ids& prediction, const Ids& truth, Size size, int classes,
                          const SegmentationOptions& options = {}) {
  SegmentationMetric metric(classes, options);
  metric.add(prediction, truth, size);
  return metric.report();
}

// Rectangles of random classes, void among them, over noise in a corner.
Ids random_map(Size size, int classes, std::mt19937& generator) {
  Ids ids(static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height));
  const auto below = [&](int end) { return static_cast<int>(generator() % unsigned(end)); };
  for (int i = 0; i < 6; ++i) {
    const auto id = static_cast<std::uint8_t>(i == 5 ? 255 : below(classes));
    const int left = below(size.width);
    const int top = below(size.height);
    for (int y = top; y < std::min(size.height, top + size.height / 2); ++y) {
      for (int x = left; x < std::min(size.width, left + size.width / 2); ++x)
        ids[static_cast<std::size_t>(y * size.width + x)] = id;
    }
  }
  for (std::size_t i = 0; i < ids.size() / 4; ++i) ids[i] = static_cast<std::uint8_t>(below(classes + 1));
  return ids;
}

TEST_CASE("IoU, Dice and accuracy worked by hand") {
  const auto report = judged({0, 0, 1, 1, 1, 0}, {0, 1, 1, 1, 255, 0}, {3, 2}, 2);
  CHECK(report.pixels == 5);
  CHECK(report.ignored_pixels == 1);
  CHECK(report.confusion == std::vector<std::uint64_t>{2, 0, 1, 2});
  CHECK(report.rates.classes[0].iou == doctest::Approx(2.0 / 3));
  CHECK(report.rates.classes[1].dice == doctest::Approx(4.0 / 5));
  CHECK(report.rates.macro.recall == doctest::Approx((1 + 2.0 / 3) / 2));
  CHECK(report.rates.micro.recall == doctest::Approx(4.0 / 5));
  CHECK(report.rates.weighted.iou == doctest::Approx(2.0 / 3));
}

TEST_CASE("unlabelled pixels are left out or false positives of what was predicted there") {
  const Ids prediction = {0, 1, 1, 0};
  const Ids truth = {0, 1, 11, 11};
  const auto left_out = judged(prediction, truth, {4, 1}, 2, {.ignore_index = ClassId(11)});
  CHECK(left_out.rates.macro.iou == 1);
  CHECK(left_out.ignored_pixels == 2);
  const auto counted =
      judged(prediction, truth, {4, 1}, 2, {.ignore_index = ClassId(11), .unlabelled = UnlabelledRule::false_positive});
  CHECK(counted.rates.macro.iou == 0.5);
  CHECK(counted.ignored_pixels == 0);
  CHECK(counted.counts[0].false_positives == 1);
  const auto a_class = judged({0, 1, 1, 0}, {0, 1, 1, 1}, {4, 1}, 2,
                              {.ignore_index = ClassId(1), .unlabelled = UnlabelledRule::false_positive});
  CHECK(a_class.counts[1] == ClassCounts{.false_positives = 2, .true_negatives = 2});
}

TEST_CASE("perfect maps give 1") {
  std::mt19937 generator(1);
  const Size size = {61, 47};
  const auto map = random_map(size, 5, generator);
  const auto report = judged(map, map, size, 5, {.boundary_ratio = 0.02});
  CHECK(report.rates.macro.iou == 1);
  CHECK(report.rates.micro.recall == 1);
  CHECK(report.image_means.iou == 1);
  CHECK(report.image_means.dice_weighted == 1);
  CHECK(report.image_means.generalized_dice == doctest::Approx(1));
  CHECK(report.mean_boundary_iou == 1);
  CHECK(report.per_sample.values.at(0).value == 1);
}

TEST_CASE("order and shards change no bit, and 16 bits count as 8") {
  std::mt19937 generator(2);
  const Size size = {83, 40};
  for (const int classes : {2, 40, 250}) {  // the counters are laid out by the number of classes
    const SegmentationOptions options = {.ignore_index = ClassId(255), .boundary_ratio = 0.05};
    SegmentationMetric whole(classes, options);
    SegmentationMetric wide(classes, options);
    SegmentationMetric first(classes, options);
    SegmentationMetric second(classes, options);
    std::vector<std::pair<Ids, Ids>> images;
    for (int i = 0; i < 9; ++i) {
      const auto prediction = random_map(size, classes, generator);
      images.emplace_back(prediction, random_map(size, classes, generator));
      const auto& [p, t] = images.back();
      whole.add(p, t, size, i);
      wide.add(LabelMap(std::vector<std::uint16_t>(p.begin(), p.end()), size),
               LabelMap(std::vector<std::uint16_t>(t.begin(), t.end()), size), i);
    }
    for (int i = 9; i-- > 0;) {
      const auto& [p, t] = images[static_cast<std::size_t>(i)];
      (i % 2 == 0 ? first : second).add(LabelMap(p, size), LabelMap(t, size), i);
    }
    second.merge(first);
    CHECK(to_json(second.report()) == to_json(whole.report()));
    CHECK(to_json(wide.report()) == to_json(whole.report()));
  }
}

// Cheng et al.: the mask less its erosion by 3 x 3, `distance` times, everything outside the picture being background.
std::vector<bool> boundary_by_erosion(const Ids& ids, Size size, std::uint8_t id, int distance) {
  const auto at = [&](const std::vector<bool>& mask, int x, int y) {
    return x >= 0 && x < size.width && y >= 0 && y < size.height && mask[static_cast<std::size_t>(y * size.width + x)];
  };
  std::vector<bool> mask;
  for (const auto each : ids) mask.push_back(each == id);
  auto eroded = mask;
  for (int step = 0; step < distance; ++step) {
    const auto before = eroded;
    for (int y = 0; y < size.height; ++y) {
      for (int x = 0; x < size.width; ++x) {
        bool all = true;
        for (int dy = -1; dy <= 1; ++dy) {
          for (int dx = -1; dx <= 1; ++dx) all = all && at(before, x + dx, y + dy);
        }
        eroded[static_cast<std::size_t>(y * size.width + x)] = all;
      }
    }
  }
  for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = mask[i] && !eroded[i];
  return mask;
}

TEST_CASE("boundaries are what erosion takes from each class's mask") {
  std::mt19937 generator(4);
  for (const Size size : {Size{40, 31}, Size{5, 60}, Size{1, 1}, Size{30, 3}}) {
    const auto ids = random_map(size, 3, generator);
    for (const int distance : {1, 2, 5}) {
      const auto boundary = boundary_of<std::uint8_t>(ids, size, distance);
      for (const int id : {0, 1, 2, 255}) {
        std::vector<bool> ours;
        for (const auto each : boundary) ours.push_back(each == static_cast<std::uint32_t>(id));
        CHECK(ours == boundary_by_erosion(ids, size, static_cast<std::uint8_t>(id), distance));
      }
    }
  }
  CHECK(boundary_distance({640, 480}, 0.02) == 16);
  CHECK(boundary_distance({3, 4}, 0.02) == 1);
}

TEST_CASE("Boundary IoU looks at boundaries only") {
  const Size size = {40, 40};
  Ids truth(1600);
  Ids prediction(1600);
  for (int y = 5; y < 35; ++y) {
    for (int x = 5; x < 35; ++x) {
      truth[static_cast<std::size_t>(y * 40 + x)] = 1;
      prediction[static_cast<std::size_t>(y * 40 + x)] = x == 20 && y == 20 ? 0 : 1;
    }
  }
  const auto report = judged(prediction, truth, size, 2, {.boundary_ratio = 0.02});
  // The distance is 1: rings of 116 pixels, and 8 more around the hole.
  CHECK(report.boundary_iou.at(1) == doctest::Approx(116.0 / 124));
  CHECK(report.rates.classes[1].iou == doctest::Approx(899.0 / 900));
  CHECK(judged(prediction, truth, size, 2).boundary_iou.empty());
  CHECK(std::isnan(judged(prediction, truth, size, 2).mean_boundary_iou));
}

TEST_CASE("bad input is refused and nothing is counted") {
  SegmentationMetric metric(3);
  CHECK_THROWS_AS(metric.add(Ids{0, 1}, Ids{0}, Size{1, 2}), Error);
  CHECK_THROWS_AS(metric.add(Ids{0, 1}, Ids{0, 1}, Size{3, 1}), Error);
  CHECK_THROWS_AS(metric.add(Ids{0, 1}, Ids{0, 1}, Size{-1, -2}), Error);
  CHECK_THROWS_AS(metric.add(LabelMap(Ids{0, 1}, {2, 1}), LabelMap(Ids{0, 1}, {1, 2})), Error);
  CHECK_THROWS_AS(metric.add(LabelMap(Ids{0}, {1, 1}), LabelMap(std::vector<std::uint16_t>{0}, {1, 1})), Error);
  CHECK_THROWS_AS(metric.merge(SegmentationMetric(4)), Error);
  CHECK_THROWS_AS(metric.merge(SegmentationMetric(3, {.ignore_index = ClassId(0)})), Error);
  CHECK_THROWS_AS(SegmentationMetric(0), Error);
  CHECK_THROWS_AS(SegmentationMetric(3, {.boundary_ratio = 2}), Error);
  CHECK(metric.report().images == 0);
  CHECK(std::isnan(metric.report().rates.macro.iou));
  CHECK(nlohmann::json::parse(to_json(metric.report()))["mean_iou"].is_null());
}

TEST_CASE("a report prints, writes JSON and is compared image by image") {
  std::mt19937 generator(6);
  const Size size = {30, 30};
  SegmentationMetric perfect(3, {.boundary_ratio = 0.02});
  SegmentationMetric poor(3, {.boundary_ratio = 0.02});
  for (int i = 0; i < 20; ++i) {
    const auto truth = random_map(size, 3, generator);
    perfect.add(truth, truth, size, i);
    poor.add(random_map(size, 3, generator), truth, size, i);
  }
  const auto comparison = compare(poor.report(), perfect.report());
  CHECK(comparison.is_paired);
  int intervals = 0;
  for (const auto& figure : comparison.figures) intervals += figure.interval && figure.interval->low > 0 ? 1 : 0;
  CHECK(intervals == 1);
  const Labels names({"road", "sky", "tree"});
  const auto json = nlohmann::json::parse(to_json(poor.report(), names));
  CHECK(json["report"] == "segmentation");
  CHECK(json["images"] == 20);
  CHECK(json["confusion"].size() == 3);
  CHECK(json["boundary_iou"].size() == 3);
  CHECK(json["per_sample"]["values"][19][0] == 19);
  CHECK(to_string(perfect.report(), names).starts_with("20 images, "));
}

}  // namespace
}  // namespace visionkit
