#include <array>

#include "decode/detection/format_case.hpp"

namespace visionkit {
namespace {

std::vector<ModelDetection> decode(const std::array<std::int64_t, 2>& labels) {
  const std::vector<float> boxes = {1, 2, 3, 4, 5, 6, 7, 8};
  const std::vector<float> scores = {0.9F, 0.8F};
  const std::vector<TensorView> tensors = {
      {DType::float32, {2, 4}, boxes.data()}, {DType::int64, {2}, labels.data()}, {DType::float32, {2}, scores.data()}};
  return find_detection_format("torchvision").decode(tensors, {.class_count = 3, .input = {64, 64}});
}

TEST_CASE("torchvision gives boxes, labels and scores") {
  CHECK(decode({2, 1}) ==
        std::vector<ModelDetection>{{{1, 2, 3, 4}, ClassId(2), 0.9F, 0}, {{5, 6, 7, 8}, ClassId(1), 0.8F, 1}});
  CHECK_THROWS_AS((void)decode({2, 3}), Error);
  CHECK_THROWS_AS((void)decode({-1, 1}), Error);
}

TEST_CASE("torchvision labels are 64-bit integers") {
  const DecodeContext context = {.class_count = 3, .input = {64, 64}};
  CHECK(test::refusal("torchvision", {Tensor({0, 4}, {}), Tensor({0}, {}), Tensor({0}, {})}, context) ==
        "torchvision: labels is float32 [0], expected int64 [0 (boxes)]");
}

}  // namespace
}  // namespace visionkit
