#include <visionkit/decode/segmentation.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include <doctest/doctest.h>

#include <visionkit/core/error.hpp>

#include "support/instruction_sets.hpp"
#include "support/refusal.hpp"

namespace visionkit {
namespace {

Tensor noise(Shape shape) {
  std::mt19937 generator(7);
  std::vector<float> values(element_count(shape));
  for (auto& value : values) value = static_cast<float>(generator() % 4096) / 512 - 4;
  return {std::move(shape), std::move(values)};
}

std::vector<std::uint8_t> ids_of(const LabelMap& map) { return {map.ids_8bit().begin(), map.ids_8bit().end()}; }

ErrorCode code_of(const TensorView& output, Size size, const SegmentationDecodeOptions& options = {}) {
  return test::code_of([&] { return decode_segmentation(output, size, options); });
}

TEST_CASE("the best class of every pixel wins, the first of equal ones") {
  const Tensor scores({3, 1, 4}, {1, 0, 5, 2,  //
                                  0, 3, 5, 2,  //
                                  2, 1, 5, 2});
  CHECK(ids_of(decode_segmentation(scores.view(), {4, 1})) == std::vector<std::uint8_t>{2, 1, 0, 0});
}

TEST_CASE("scores are interpolated before the best is taken, labels after") {
  const Tensor scores({2, 1, 2}, {0, 0,  //
                                  -1, 3});
  CHECK(ids_of(decode_segmentation(scores.view(), {4, 1})) == std::vector<std::uint8_t>{0, 0, 1, 1});
  // Scores of class 1 along the row: -1, 1/3, 5/3, 3.
  CHECK(ids_of(decode_segmentation(scores.view(), {4, 1}, {.corners = CornerRule::align_corners})) ==
        std::vector<std::uint8_t>{0, 1, 1, 1});
  CHECK(ids_of(decode_segmentation(scores.view(), {5, 1}, {.resize = SegmentationResize::labels})) ==
        std::vector<std::uint8_t>{0, 0, 0, 1, 1});
}

TEST_CASE("a letterbox is cut away as if the map had been cut") {
  const auto whole = noise({5, 8, 8});
  // Rows 2 to 5 of every class.
  std::vector<float> part;
  for (std::size_t c = 0; c < 5; ++c) {
    part.insert(part.end(), whole.floats().begin() + c * 64 + 16, whole.floats().begin() + c * 64 + 48);
  }
  const Tensor cut({5, 4, 8}, part);
  for (const auto resize : {SegmentationResize::scores, SegmentationResize::labels}) {
    for (const auto corners : {CornerRule::half_pixel, CornerRule::align_corners}) {
      const auto boxed =
          decode_segmentation(whole.view(), {101, 47},
                              {.input = {64, 64}, .content = {0, 16, 64, 48}, .corners = corners, .resize = resize});
      CHECK(boxed == decode_segmentation(cut.view(), {101, 47}, {.corners = corners, .resize = resize}));
    }
  }
}

TEST_CASE("pixels that a crop hid from the network are void") {
  const Tensor scores({2, 2, 2}, {1, 1, 1, 1, 0, 0, 0, 0});
  for (const auto resize : {SegmentationResize::scores, SegmentationResize::labels}) {
    const auto map = decode_segmentation(
        scores.view(), {8, 4},
        {.input = {4, 4}, .content = {-2, 0, 6, 4}, .resize = resize, .scores = SegmentationScores::confidence});
    for (int x = 0; x < 8; ++x) {
      const bool is_seen = x >= 2 && x < 6;
      CHECK(map.at(x, 1) == (is_seen ? ClassId(0) : map.void_id()));
      CHECK(map.confidence()[static_cast<std::size_t>(8 + x)] == (is_seen ? 1 : 0));
    }
  }
  const auto unseen = decode_segmentation(scores.view(), {3, 3}, {.input = {4, 4}, .content = {10, 10, 20, 20}});
  CHECK(unseen.area(unseen.void_id()) == 9);
}

TEST_CASE("confidences are activated scores of the class of each pixel") {
  const Tensor scores({3, 1, 2}, {1, 0, 2, 0, 0, -1});
  const auto confidence = [&](ScoreActivation activation) {
    const auto map = decode_segmentation(scores.view(), {2, 1},
                                         {.activation = activation, .scores = SegmentationScores::all_classes});
    REQUIRE(map.class_scores().shape() == Shape{3, 1, 2});
    CHECK(map.class_scores().floats()[2] == map.confidence()[0]);
    return map.confidence()[0];
  };
  CHECK(confidence(ScoreActivation::none) == 2);
  CHECK(confidence(ScoreActivation::sigmoid) == doctest::Approx(1 / (1 + std::exp(-2.0))));
  const double sum = std::exp(1.0) + std::exp(2.0) + 1;
  CHECK(confidence(ScoreActivation::softmax) == doctest::Approx(std::exp(2.0) / sum));
  CHECK(decode_segmentation(scores.view(), {2, 1}).confidence().empty());
}

TEST_CASE("one channel is compared with a threshold") {
  const Tensor logits({1, 1, 3}, {-3, 0.5F, 3});
  const auto decode = [&](const SegmentationDecodeOptions& options) {
    return ids_of(decode_segmentation(logits.view(), {3, 1}, options));
  };
  CHECK(decode({.activation = ScoreActivation::sigmoid}) == std::vector<std::uint8_t>{0, 1, 1});
  CHECK(decode({.activation = ScoreActivation::sigmoid, .threshold = 0.9F}) == std::vector<std::uint8_t>{0, 0, 1});
  CHECK(decode({.threshold = 0.5F}) == std::vector<std::uint8_t>{0, 0, 1});
  const auto scored = decode_segmentation(
      logits.view(), {3, 1}, {.activation = ScoreActivation::sigmoid, .scores = SegmentationScores::confidence});
  CHECK(scored.confidence()[0] == doctest::Approx(1 / (1 + std::exp(-3.0))));
  CHECK(scored.confidence()[2] == doctest::Approx(1 / (1 + std::exp(-3.0))));
  const TensorView without_channel = {DType::float32, {1, 3}, logits.data()};
  CHECK(ids_of(decode_segmentation(without_channel, {3, 1})) == std::vector<std::uint8_t>{0, 0, 1});
}

TEST_CASE("class indices are taken as they are") {
  const std::vector<std::int64_t> wide = {0, 300, 2, 1};
  const std::vector<std::int32_t> middle = {0, 3, 2, 1};
  const std::vector<std::uint8_t> narrow = {0, 3, 255, 1};
  const auto map = decode_segmentation({DType::int64, {1, 2, 2}, wide.data()}, {2, 2});
  CHECK(map.bits() == 16);
  CHECK(map.at(1, 0) == ClassId(300));
  CHECK(ids_of(decode_segmentation({DType::int32, {2, 2}, middle.data()}, {4, 2})) ==
        std::vector<std::uint8_t>{0, 0, 3, 3, 2, 2, 1, 1});
  CHECK(ids_of(decode_segmentation({DType::uint8, {2, 2}, narrow.data()}, {2, 2})) == narrow);
  const auto many = decode_segmentation({DType::uint8, {2, 2}, narrow.data()}, {2, 2}, {.class_count = 1000});
  CHECK(many.at(0, 1) == many.void_id());
  CHECK(code_of({DType::int32, {2, 2}, middle.data()}, {2, 2}, {.class_count = 3}) == ErrorCode::model_contract);
  const std::vector<std::int32_t> negative = {-1};
  CHECK(code_of({DType::int32, {1, 1}, negative.data()}, {2, 2}) == ErrorCode::model_contract);
  CHECK(code_of({DType::int32, {2, 2}, middle.data()}, {2, 2}, {.scores = SegmentationScores::confidence}) ==
        ErrorCode::invalid_option);
}

TEST_CASE("more than 255 classes take 16 bits") {
  std::vector<float> scores(300);
  scores[299] = 1;
  const auto map = decode_segmentation(Tensor({300, 1, 1}, scores).view(), {3, 2});
  CHECK(map.bits() == 16);
  CHECK(map.area(ClassId(299)) == 6);
}

TEST_CASE("what does not fit is refused") {
  const auto scores = noise({3, 2, 2});
  const auto view = scores.view();
  CHECK(code_of(view, {10000, 10001}) == ErrorCode::image_too_large);
  CHECK(code_of(view, {100, 100}, {.max_pixels = 9999}) == ErrorCode::image_too_large);
  CHECK(code_of(view, {100, 100}, {.scores = SegmentationScores::all_classes, .max_pixels = 29999}) ==
        ErrorCode::image_too_large);
  CHECK(code_of(view, {0, 4}) == ErrorCode::invalid_argument);
  CHECK(code_of(view, {4, 4}, {.class_count = 4}) == ErrorCode::model_contract);
  CHECK(code_of(view, {4, 4}, {.class_count = 65536}) == ErrorCode::invalid_option);
  CHECK(code_of(view, {4, 4}, {.input = {4, 4}}) == ErrorCode::invalid_option);
  CHECK(code_of(view, {4, 4}, {.content = {0, 0, 1, 1}}) == ErrorCode::invalid_option);
  CHECK(code_of(view, {4, 4}, {.activation = ScoreActivation::sigmoid, .threshold = 1}) == ErrorCode::invalid_option);
  CHECK(code_of({DType::float32, {1, 3, 2, 2}, view.data}, {4, 4}) == ErrorCode::model_contract);
  CHECK(code_of({DType::float32, {0, 2, 2}, view.data}, {4, 4}) == ErrorCode::model_contract);
  CHECK(code_of({DType::float16, {3, 2, 2}, view.data}, {4, 4}) == ErrorCode::model_contract);
  CHECK(code_of({DType::float32, {1, 2, 2}, view.data}, {4, 4}, {.activation = ScoreActivation::softmax}) ==
        ErrorCode::invalid_option);
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    CHECK(code_of(Tensor({2, 1, 2}, {0, 1, bad, 0}).view(), {4, 4}) == ErrorCode::non_finite_output);
  }
}

TEST_CASE("every instruction set gives the same map") {
  const auto scores = noise({6, 13, 19});
  const SegmentationDecodeOptions options = {.input = {64, 64}, .content = {3, -5, 61, 70}};
  const auto expected = decode_segmentation(scores.view(), {701, 77}, options);
  for (const auto set : test::instruction_sets()) {
    const test::InstructionSet chosen(set);
    CHECK(decode_segmentation(scores.view(), {701, 77}, options) == expected);
    const auto softmax = decode_segmentation(
        scores.view(), {40, 30}, {.activation = ScoreActivation::softmax, .scores = SegmentationScores::all_classes});
    for (std::size_t i = 0; i < 1200; i += 7) {
      float sum = 0;
      for (std::size_t c = 0; c < 6; ++c) sum += softmax.class_scores().floats()[c * 1200 + i];
      CHECK(sum == doctest::Approx(1));
    }
  }
}

}  // namespace
}  // namespace visionkit
