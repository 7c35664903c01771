#include <visionkit/decode/nms.hpp>

#include <array>
#include <chrono>
#include <cmath>
#include <limits>
#include <random>

#include <doctest/doctest.h>

#include <visionkit/core/error.hpp>

#include "decode/nms_rules.hpp"

namespace visionkit {
namespace {

using Indices = std::vector<std::int32_t>;
constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

std::vector<ClassId> classes(std::initializer_list<std::int32_t> values) {
  std::vector<ClassId> labels;
  for (const auto value : values) labels.emplace_back(value);
  return labels;
}

TEST_CASE("the better of two overlapping boxes stays") {
  const std::vector<Box> boxes = {{0, 0, 10, 10}, {0, 0, 10, 12}, {20, 20, 30, 30}};
  const std::vector<float> scores = {0.5F, 0.9F, 0.1F};
  CHECK(nms(boxes, scores) == Indices{1, 2});
  CHECK(nms(boxes, scores, {}, {.iou_threshold = 0.9}) == Indices{1, 0, 2});
  CHECK(nms(boxes, scores, classes({0, 1, 0})) == Indices{1, 0, 2});
  CHECK(nms(boxes, scores, classes({0, 1, 0}), {.scope = NmsScope::all_classes}) == Indices{1, 2});
  CHECK(nms(std::vector<ModelBox>{{0, 0, 10, 10}}, std::vector<float>{1}) == Indices{0});
  CHECK(nms(std::vector<Box>{}, std::vector<float>{}).empty());
}

TEST_CASE("a suppressed box suppresses nothing") {
  // A overlaps B, B overlaps C, A does not overlap C.
  const std::vector<Box> boxes = {{0, 0, 10, 10}, {4, 0, 14, 10}, {8, 0, 18, 10}};
  CHECK(nms(boxes, std::vector<float>{0.9F, 0.8F, 0.7F}, {}, {.iou_threshold = 0.3}) == Indices{0, 2});
}

TEST_CASE("boxes with equal scores all stay, in the order given") {
  const std::vector<Box> boxes = {{0, 0, 1, 1}, {2, 0, 3, 1}, {4, 0, 5, 1}, {6, 0, 7, 1}};
  CHECK(nms(boxes, std::vector<float>(4, 0.5F)) == Indices{0, 1, 2, 3});
  CHECK(nms(boxes, std::vector<float>{0.0F, -0.0F, nan, 0.0F}) == Indices{2, 0, 1, 3});
}

TEST_CASE("the overlap must exceed the threshold as a double") {
  const std::vector<Box> boxes = {{0, 0, 10, 10}, {0, 0, 10, 3}, {20, 0, 30, 10}, {20, 0, 30, 7}};
  const std::vector<float> scores = {0.9F, 0.8F, 0.7F, 0.6F};
  // float(0.3) > 0.3 and float(0.7) < 0.7
  CHECK(nms(boxes, scores, {}, {.iou_threshold = 0.3}) == Indices{0, 2});
  CHECK(nms(boxes, scores, {}, {.iou_threshold = 0.7}) == Indices{0, 1, 2, 3});
}

TEST_CASE("classes are kept apart without moving coordinates") {
  const std::vector<Box> boxes = {{-1e6F, -1e6F, 1, 1}, {-1e6F, -1e6F, 1, 1.5F}, {0.1F, 0.2F, 0.3F, 0.4F}};
  const auto labels = classes({std::numeric_limits<std::int32_t>::max(), std::numeric_limits<std::int32_t>::min(), 7});
  const auto picks = suppress(boxes, std::vector<float>{0.9F, 0.8F, 0.7F}, labels);
  REQUIRE(picks.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) CHECK(picks[i].box == boxes[i]);
}

TEST_CASE("boxes without a positive finite area neither suppress nor get suppressed") {
  const std::vector<Box> boxes = {{nan, 0, 10, 10}, {0, 0, infinity, 10}, {5, 5, 5, 9},
                                  {9, 9, 1, 1},     {0, 0, 10, 10},       {0, 0, 10, 10}};
  CHECK(nms(boxes, std::vector<float>(6, 0.5F), {}, {.iou_threshold = 0}) == Indices{0, 1, 2, 3, 4});
}

TEST_CASE("max_detections and max_candidates limit the answer") {
  const std::vector<Box> boxes = {{0, 0, 1, 1}, {2, 0, 3, 1}, {4, 0, 5, 1}, {6, 0, 7, 1}};
  const std::vector<float> scores = {0.1F, 0.4F, 0.3F, 0.2F};
  CHECK(nms(boxes, scores, {}, {.max_detections = 2}) == Indices{1, 2});
  CHECK(nms(boxes, scores, classes({0, 0, 0, 1}), {.max_candidates = 1}) == Indices{1, 3});
}

TEST_CASE("intersection over the smaller area removes a box inside another") {
  const std::vector<Box> boxes = {{0, 0, 100, 100}, {10, 10, 20, 20}, {95, 0, 105, 10}};
  const std::vector<float> scores = {0.9F, 0.8F, 0.7F};
  CHECK(nms(boxes, scores) == Indices{0, 1, 2});
  CHECK(nms(boxes, scores, {}, {.overlap = BoxOverlap::smaller_area}) == Indices{0, 2});
}

TEST_CASE("soft suppression lowers scores by class") {
  const std::vector<Box> boxes = {{0, 0, 10, 10}, {0, 0, 10, 6}, {0, 0, 10, 6}, {50, 50, 60, 60}};
  const std::vector<float> scores = {0.9F, 0.8F, 0.7F, 0.6F};
  const auto labels = classes({0, 0, 1, 0});
  const auto linear = suppress(boxes, scores, labels, {.method = NmsMethod::soft_linear});
  REQUIRE(linear.size() == 4);
  CHECK(linear[1].index == 2);  // of another class, untouched
  CHECK(linear[3].index == 1);
  CHECK(linear[3].score == doctest::Approx(0.8 * (1 - 0.6)));
  const auto gaussian = suppress(boxes, scores, labels, {.method = NmsMethod::soft_gaussian, .sigma = 0.25F});
  CHECK(gaussian[3].score == doctest::Approx(0.8 * std::exp(-0.36 / 0.25)));
  CHECK(nms(boxes, scores, labels, {.method = NmsMethod::soft_gaussian, .min_score = 0.4F}) == Indices{0, 2, 3});
  CHECK(nms(boxes, scores, labels, {.method = NmsMethod::soft_linear, .max_detections = 1}) == Indices{0});
}

TEST_CASE("weighted suppression moves the best box to the mean of its cluster") {
  const std::vector<Box> boxes = {{0, 0, 10, 10}, {0, 0, 10, 8}, {30, 30, 40, 40}};
  const std::vector<float> scores = {0.75F, 0.25F, 0.5F};
  const auto picks = suppress(boxes, scores, {}, {.method = NmsMethod::weighted});
  REQUIRE(picks.size() == 2);
  CHECK(picks[0] == NmsPick{0, 0.75F, {0, 0, 10, 9.5F}});
  CHECK(picks[1] == NmsPick{2, 0.5F, {30, 30, 40, 40}});
}

TEST_CASE("weighted suppression gives every box to the best of those that suppress it") {
  // The third box overlaps both others; the second is kept because it does not overlap the first enough.
  const std::vector<Box> boxes = {{0, 0, 10, 10}, {6, 0, 16, 10}, {3, 0, 13, 10}};
  const auto picks =
      suppress(boxes, std::vector<float>{0.6F, 0.5F, 0.3F}, {}, {.iou_threshold = 0.4, .method = NmsMethod::weighted});
  REQUIRE(picks.size() == 2);
  CHECK(picks[0].box.x1 == doctest::Approx(1));
  CHECK(picks[1].box == boxes[1]);
}

TEST_CASE("suppression by any overlap takes a function") {
  const std::vector<float> scores = {0.5F, 0.9F, 0.7F};
  const auto parity = [](std::int32_t a, std::int32_t b) { return (a + b) % 2 == 0 ? 1.0 : 0.0; };
  CHECK(nms_by(scores, {}, parity) == Indices{1, 2});
  CHECK(nms_by(scores, classes({0, 1, 1}), parity) == Indices{1, 2, 0});
  CHECK_THROWS_AS((void)nms_by(scores, {}, parity, {.method = NmsMethod::weighted}), Error);
}

TEST_CASE("options out of range are refused with field, value and range") {
  const auto message = [](const NmsOptions& options) -> std::string {
    try {
      check_options(options);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::invalid_option);
      return error.what();
    }
    return "";
  };
  CHECK(message({.iou_threshold = 40}) == "iou_threshold is 40, expected 0..1");
  CHECK(message({.iou_threshold = -0.1}) == "iou_threshold is -0.1, expected 0..1");
  CHECK(message({.iou_threshold = std::nan("")}) == "iou_threshold is nan, expected 0..1");
  CHECK(message({.iou_threshold = 0}).empty());
  CHECK(message({.iou_threshold = 1}).empty());
  CHECK(message({.max_detections = 0}) == "max_detections is 0, expected 1..2147483647");
  CHECK(message({.max_detections = 2147483648}) == "max_detections is 2147483648, expected 1..2147483647");
  CHECK(message({.max_candidates = -1}) == "max_candidates is -1, expected 1..2147483647");
  CHECK(message({.sigma = 0}) == "sigma is 0, expected a number above 0");
  CHECK(message({.min_score = 1.5F}) == "min_score is 1.5, expected 0..1");
}

TEST_CASE("spans of different lengths are refused") {
  const std::vector<Box> boxes(2);
  try {
    (void)nms(boxes, std::vector<float>(3));
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::shape);
  }
  CHECK_THROWS_AS((void)nms(boxes, std::vector<float>(2), classes({1})), Error);
}

TEST_CASE("greedy suppression equals the plain rule on millions of random boxes") {
  std::mt19937_64 random(20240607);
  constexpr std::array thresholds = {0.0, 1e-9, 0.05, 0.3, 0.45, 0.5, 0.6, 0.7, 0.9, 0.999999, 1.0};
  std::size_t boxes = 0;
  int different = 0;
  for (int set_number = 0; boxes < 10'000'000; ++set_number) {
    const auto set = test::random_boxes(random, set_number % 1000 == 0 ? 4000 : set_number % 20 == 0 ? 700 : 100);
    boxes += set.boxes.size();
    NmsOptions options;
    options.iou_threshold = thresholds[random() % thresholds.size()];
    if (random() % 3 == 0) options.scope = NmsScope::all_classes;
    if (random() % 5 == 0) options.max_detections = static_cast<std::int64_t>(1 + random() % 50);
    if (random() % 10 == 0) options.overlap = BoxOverlap::smaller_area;
    if (random() % 20 == 0) options.overlap = BoxOverlap::diou;
    if (nms(set.boxes, set.scores, set.labels, options) != test::plain_nms(set, options)) ++different;
  }
  CHECK(different == 0);
  MESSAGE(boxes, " boxes");
}

TEST_CASE("what suppression keeps, it keeps again") {
  std::mt19937_64 random(7);
  for (int i = 0; i < 200; ++i) {
    const auto set = test::random_boxes(random, 300);
    test::BoxSet kept;
    for (const auto& pick : suppress(set.boxes, set.scores, set.labels)) {
      kept.boxes.push_back(pick.box);
      kept.scores.push_back(pick.score);
      kept.labels.push_back(set.labels[static_cast<std::size_t>(pick.index)]);
    }
    CHECK(nms(kept.boxes, kept.scores, kept.labels).size() == kept.boxes.size());
  }
}

TEST_CASE("100,000 boxes of the worst kinds end") {
  constexpr std::size_t count = 100'000;
  const std::vector<float> scores(count, 0.5F);
  CHECK(nms(std::vector<Box>(count, Box{1, 1, 9, 9}), scores) == Indices{0});
  CHECK(nms(std::vector<Box>(count, Box{1, 1, 9, 9}), scores, {}, {.iou_threshold = 1}).size() == count);
  CHECK(nms(std::vector<Box>(count, Box{nan, nan, nan, nan}), scores).size() == count);
  CHECK(nms(std::vector<Box>(count, Box{9, 9, 1, 1}), scores).size() == count);
  std::vector<Box> spread;
  for (std::size_t i = 0; i < count; ++i) {
    const auto x = static_cast<float>(i % 400) * 10;
    const auto y = static_cast<float>(i / 400) * 10;
    spread.push_back({x, y, x + 11, y + 11});
  }
  CHECK(nms(spread, scores).size() == count);
  CHECK(nms(spread, scores, {}, {.iou_threshold = 0.1}).size() == count);
}

}  // namespace
}  // namespace visionkit
