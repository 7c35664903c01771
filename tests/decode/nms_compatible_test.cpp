#include <visionkit/decode/nms_compatible.hpp>

#include <limits>
#include <random>

#include <doctest/doctest.h>

#include <visionkit/core/error.hpp>

#include "decode/nms_rules.hpp"

namespace visionkit {
namespace {

using Indices = std::vector<std::int32_t>;

TEST_CASE("the OpenCV rule wants greater scores and takes equal overlaps") {
  const std::vector<OpenCvRect> boxes = {{0, 0, 10, 10}, {0, 0, 10, 5}, {0, 0, 10, 6}, {30, 30, 5, 5}};
  const std::vector<float> scores = {0.9F, 0.8F, 0.7F, 0.5F};
  CHECK(opencv_nms(boxes, scores, {.score_threshold = 0.5F, .nms_threshold = 0.5F}) == Indices{0, 1});
  CHECK(opencv_nms(boxes, scores, {.nms_threshold = 1, .top_k = 3}) == Indices{0, 1, 2});
}

TEST_CASE("two boxes without area overlap wholly for OpenCV") {
  const std::vector<OpenCvRect> boxes = {{0, 0, 0, 0}, {50, 50, 0, 4}, {1, 1, 2, 2}};
  CHECK(opencv_nms(boxes, std::vector<float>{0.9F, 0.8F, 0.7F}, {.nms_threshold = 0.5F}) == Indices{0, 2});
}

TEST_CASE("the OpenCV rule equals its plain form on random boxes") {
  std::mt19937_64 random(3);
  constexpr std::array thresholds = {0.0F, 0.2F, 0.4F, 0.5F, 0.7F, 0.95F, 1.0F};
  std::size_t count = 0;
  int different = 0;
  for (int set_number = 0; count < 1'000'000; ++set_number) {
    const auto set = test::random_boxes(random, set_number % 500 == 0 ? 3000 : set_number % 20 == 0 ? 700 : 100);
    count += set.boxes.size();
    std::vector<OpenCvRect> boxes;
    for (const auto& b : set.boxes) boxes.push_back({b.x1, b.y1, double{b.x2} - b.x1, double{b.y2} - b.y1});
    OpenCvNmsOptions options;
    options.score_threshold = random() % 2 == 0 ? 0.0F : 0.3F;
    options.nms_threshold = thresholds[random() % thresholds.size()];
    if (random() % 4 == 0) options.eta = 0.9F;
    if (random() % 4 == 0) options.top_k = static_cast<std::int64_t>(random() % 60);
    if (opencv_nms(boxes, set.scores, options) != test::plain_opencv_nms(boxes, set.scores, options)) ++different;
  }
  CHECK(different == 0);
}

TEST_CASE("the authors' overlap counts whole pixels") {
  const std::vector<Box> boxes = {{0, 0, 9, 9}, {0, 0, 9, 4}, {20, 20, 29, 29}};
  const std::vector<float> scores = {0.9F, 0.8F, 0.7F};
  const auto picks = authors_soft_nms(boxes, scores, {.iou_threshold = 0.4F});
  REQUIRE(picks.size() == 3);
  CHECK(picks[1] == ScoredIndex{2, 0.7F});
  CHECK(picks[2].score == doctest::Approx(0.4));
  CHECK(authors_soft_nms(boxes, scores, {.decay = SoftNmsDecay::hard, .iou_threshold = 0.4F}).size() == 2);
  CHECK(authors_soft_nms(boxes, scores, {.top_k = 1}).size() == 1);
}

TEST_CASE("compatible suppression refuses options out of range") {
  const std::vector<OpenCvRect> boxes(1);
  const std::vector<float> scores(1);
  const auto code = [](auto&& call) {
    try {
      call();
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::internal;
  };
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const OpenCvNmsOptions& options :
       {OpenCvNmsOptions{.score_threshold = -1}, OpenCvNmsOptions{.nms_threshold = nan}, OpenCvNmsOptions{.eta = 0},
        OpenCvNmsOptions{.top_k = -1}}) {
    CHECK(code([&] { (void)opencv_nms(boxes, scores, options); }) == ErrorCode::invalid_option);
  }
  for (const SoftNmsOptions& options : {SoftNmsOptions{.iou_threshold = 2}, SoftNmsOptions{.sigma = 0},
                                        SoftNmsOptions{.score_threshold = nan}, SoftNmsOptions{.top_k = -1}}) {
    CHECK(code([&] { (void)opencv_soft_nms(boxes, scores, options); }) == ErrorCode::invalid_option);
  }
  CHECK(code([&] { (void)opencv_nms(boxes, {}); }) == ErrorCode::shape);
}

}  // namespace
}  // namespace visionkit
