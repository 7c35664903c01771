#include <visionkit/decode/detection.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <random>

#include "decode/detection/format_case.hpp"

namespace visionkit {
namespace {

using test::refusal;

Tensor zeros(const Shape& shape) { return {shape, std::vector<float>(element_count(shape))}; }

TEST_CASE("formats are found by name, and a wrong name lists them") {
  CHECK(detection_formats().size() == 13);
  for (const auto& format : detection_formats()) CHECK(&find_detection_format(format.name) == &format);
  try {
    (void)find_detection_format("yolov7");
    FAIL("found");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::invalid_option);
    CHECK(std::string(error.what()) ==
          "detection format is \"yolov7\", expected one of yolov5, yolov8, yolov5_seg, yolov8_seg, yolov10, yolox, "
          "yolox_raw, ssd, retinanet, detr, rtdetr, boxes_scores, torchvision");
  }
}

TEST_CASE("a function of one's own is a decoder like the others") {
  DetectionDecoder decoder = find_detection_format("yolov8").decode;
  decoder = [](std::span<const TensorView> tensors, const DecodeContext& context) {
    return std::vector<ModelDetection>{{{0, 0, 1, 1}, ClassId(0), context.score_threshold + tensors[0].floats()[0], 0}};
  };
  const Tensor tensor({1}, {0.5F});
  CHECK(decoder(std::vector{tensor.view()}, {.score_threshold = 0.25F}).front().score == 0.75F);
}

TEST_CASE("a layout is never guessed from a shape") {
  const DecodeContext one = {.class_count = 1, .input = {640, 640}};
  const DecodeContext thousand = {.class_count = 1000, .input = {640, 640}};
  // A one-class v5 export has six values a row, as v10 has; a v8 export of 1000 classes has more rows than columns.
  CHECK(test::decode("yolov5", {Tensor({1, 6}, {10, 10, 4, 4, 0.5F, 1})}, one) ==
        std::vector<ModelDetection>{{{8, 8, 12, 12}, ClassId(0), 0.5F, 0}});
  CHECK(refusal("yolov8", {Tensor({1, 6}, {10, 10, 4, 4, 0.5F, 1})}, one) ==
        "yolov8: output is float32 [1, 6], expected float32 [5 (4 + classes), boxes]");
  CHECK(test::decode("yolov8", {zeros({1004, 8})}, thousand).empty());
  CHECK(refusal("yolov5", {zeros({1004, 8})}, thousand) ==
        "yolov5: output is float32 [1004, 8], expected float32 [boxes, 1005 (5 + classes)]");
}

TEST_CASE("tensors that do not fit are refused with expected and got") {
  const DecodeContext context = {.class_count = 80, .input = {640, 640}};
  CHECK(refusal("yolov8", {zeros({1, 84, 10})}, context) ==
        "yolov8: output is float32 [1, 84, 10], expected float32 [84 (4 + classes), boxes]");
  CHECK(refusal("yolov8", {zeros({84, 10}), zeros({1})}, context) ==
        "yolov8: the model gives 2 tensors, expected 1 (output)");
  CHECK(refusal("detr", {zeros({100, 91}), zeros({100, 4})}, context) ==
        "detr: logits is float32 [100, 91], expected float32 [queries, 81 (classes + no object)]");
  CHECK(refusal("boxes_scores", {zeros({10, 4}), zeros({9, 80})}, context) ==
        "boxes_scores: scores is float32 [9, 80], expected float32 [10 (boxes), 80 (classes)]");
}

TEST_CASE("scores and boxes that cannot be are refused") {
  const DecodeContext context = {.class_count = 1, .input = {64, 64}};
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  constexpr float infinity = std::numeric_limits<float>::infinity();
  CHECK(refusal("yolov8", {Tensor({5, 1}, {1, 1, 1, 1, 1.7F})}, context) ==
        "yolov8: box 0 has score 1.7, expected 0..1");
  CHECK(refusal("yolov8", {Tensor({5, 1}, {1, nan, 1, 1, 0.9F})}, context, ErrorCode::non_finite_output)
            .starts_with("yolov8: box 0 is "));
  CHECK(refusal("yolov5", {Tensor({1, 6}, {1, 1, infinity, 1, 1, 0.9F})}, context, ErrorCode::non_finite_output)
            .starts_with("yolov5: box 0 is "));
  CHECK(test::decode("yolov8", {Tensor({5, 1}, {1, 1, 1, 1, nan})}, context).empty());
}

TEST_CASE("a context out of range is refused") {
  const auto message = [](const DecodeContext& context) {
    return refusal("yolov8", {zeros({5, 1})}, context, ErrorCode::invalid_option);
  };
  CHECK(message({.class_count = 0, .input = {1, 1}}) == "class_count is 0, expected 1..1000000");
  CHECK(message({.class_count = 1}) == "input is 0x0, expected at least 1x1");
  CHECK(message({.class_count = 1, .input = {1, 1}, .score_threshold = 40}) == "score_threshold is 40, expected 0..1");
  CHECK(message({.class_count = 1, .input = {1, 1}, .score_threshold = -0.1F}) ==
        "score_threshold is -0.1, expected 0..1");
}

TEST_CASE("pictures of a batch are independent, also those without boxes") {
  // The second picture has no box.
  std::vector<float> values(3 * 5 * 2, 0.0F);
  const auto set = [&](std::size_t picture, std::size_t row, std::size_t box, float value) {
    values[(picture * 5 + row) * 2 + box] = value;
  };
  for (const std::size_t picture : {0, 2}) {
    for (std::size_t row = 0; row < 4; ++row) set(picture, row, 1, 10);
    set(picture, 4, 1, 0.5F + 0.125F * static_cast<float>(picture));
  }
  const Tensor batch({3, 5, 2}, values);
  const std::vector<TensorView> outputs = {batch.view()};
  const DecodeContext context = {.class_count = 1, .input = {64, 64}};
  const auto& format = find_detection_format("yolov8");
  for (std::int64_t i = 0; i < 3; ++i) {
    const auto found = format.decode(picture_of(outputs, 3, i), context);
    REQUIRE(found.size() == (i == 1 ? 0U : 1U));
    if (i != 1) CHECK(found[0].score == 0.5F + 0.125F * static_cast<float>(i));
  }
  CHECK_THROWS_AS((void)picture_of(outputs, 2, 0), Error);
  CHECK_THROWS_AS((void)picture_of(outputs, 3, 3), Error);
}

TEST_CASE("suppression leaves fractions, labels and sources of detections alone") {
  const std::vector<ModelDetection> detections = {{{0.3F, 0.4F, 10.7F, 10.2F}, ClassId(79), 0.5F, 7},
                                                  {{0.3F, 0.4F, 10.7F, 10.1F}, ClassId(79), 0.4F, 8},
                                                  {{0.3F, 0.4F, 10.7F, 10.1F}, ClassId(1), 0.5F, 9}};
  CHECK(suppress(detections) == std::vector<ModelDetection>{detections[0], detections[2]});
  CHECK(suppress(std::vector<ModelDetection>{}).empty());
}

// Any tensor into any format: only Error comes out, and what comes back is finite and within range.
TEST_CASE("arbitrary tensors are answered or refused") {
  std::mt19937_64 random(5);
  const auto pick = [&](std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
  };
  constexpr std::array<float, 12> odd = {0,
                                         1,
                                         -1,
                                         0.5F,
                                         1e30F,
                                         -1e30F,
                                         100,
                                         640,
                                         std::numeric_limits<float>::infinity(),
                                         -std::numeric_limits<float>::infinity(),
                                         std::numeric_limits<float>::quiet_NaN(),
                                         1e-40F};
  int answered = 0;
  int refused = 0;
  for (int i = 0; i < 100'000; ++i) {
    const auto& format = detection_formats()[static_cast<std::size_t>(pick(0, 10))];
    DecodeContext context = {.class_count = static_cast<std::size_t>(pick(0, 3)),
                             .input = {static_cast<int>(pick(0, 4)) * 8, static_cast<int>(pick(1, 4)) * 8},
                             .score_threshold = static_cast<float>(pick(0, 4)) / 4};
    if (pick(0, 1) == 0) context.labels = static_cast<LabelRule>(pick(0, 1));
    if (pick(0, 1) == 0) context.coordinates = static_cast<BoxCoordinates>(pick(0, 1));
    if (pick(0, 1) == 0) context.activation = static_cast<ScoreActivation>(pick(0, 2));
    context.extra_values = static_cast<std::size_t>(pick(0, 1));
    context.strides = {8, static_cast<int>(pick(-1, 16))};
    context.anchors.resize(static_cast<std::size_t>(pick(0, 3)), ModelBox{0, 0, 8, 8});
    std::vector<std::vector<std::uint64_t>> memory;
    std::vector<TensorView> tensors;
    for (auto count = pick(0, 3); count > 0; --count) {
      Shape shape;
      const auto width = static_cast<std::int64_t>(context.class_count) + pick(0, 6);
      for (auto rank = pick(0, 9); rank > 0; rank -= 4) shape.push_back(pick(0, 2) == 0 ? width : pick(0, 6));
      const auto dtype = pick(0, 9) == 0 ? DType::int64 : DType::float32;
      memory.emplace_back(element_count(shape) + 1);
      auto* const values = reinterpret_cast<float*>(memory.back().data());
      for (std::size_t k = 0; k < element_count(shape); ++k) {
        if (dtype == DType::float32) {
          values[k] =
              pick(0, 3) == 0 ? odd[static_cast<std::size_t>(pick(0, 11))] : static_cast<float>(pick(0, 100)) / 100;
        } else {
          memory.back()[k] = static_cast<std::uint64_t>(pick(-2, 4));
        }
      }
      tensors.push_back({dtype, shape, memory.back().data()});
    }
    try {
      for (const auto& detection : suppress(format.decode(tensors, context))) {
        REQUIRE(std::isfinite(detection.box.x1));
        REQUIRE(detection.score >= 0);
        REQUIRE(detection.score <= 1);
        REQUIRE(detection.label.value >= 0);
        REQUIRE(detection.label.value < static_cast<std::int32_t>(context.class_count));
      }
      ++answered;
    } catch (const Error&) {
      ++refused;
    }
  }
  CHECK(answered > 0);
  CHECK(refused > 0);
}

}  // namespace
}  // namespace visionkit
