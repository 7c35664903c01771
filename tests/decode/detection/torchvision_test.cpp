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

TEST_CASE("torchvision masks cover the network's picture, or each box") {
  const std::vector<float> boxes = {2, 0, 6, 4};
  const std::int64_t label = 1;
  const float score = 0.9F;
  std::vector<float> over_input(8 * 4);
  for (std::size_t i = 0; i < over_input.size(); ++i) over_input[i] = i % 8 < 4 ? 0.9F : 0.1F;
  const std::vector<float> over_box(4 * 4, 0.9F);
  const auto tensors = [&](const std::vector<float>& masks, std::int64_t height, std::int64_t width) {
    return std::vector<TensorView>{{DType::float32, {1, 4}, boxes.data()},
                                   {DType::int64, {1}, &label},
                                   {DType::float32, {1}, &score},
                                   {DType::float32, {1, 1, height, width}, masks.data()}};
  };
  const auto& format = find_detection_format("torchvision");
  DecodeContext context = {.class_count = 3, .input = {8, 4}};
  const auto found = format.decode(tensors(over_input, 4, 8), context);
  REQUIRE(found.size() == 1);
  // The picture is twice as large as the network's.
  const Box box = {4, 0, 12, 8};
  const MaskRequest request = {.detections = found, .boxes = {&box, 1}, .content = {0, 0, 8, 4}, .image = {16, 8}};
  const auto whole = format.masks(tensors(over_input, 4, 8), context, request).front();
  CHECK(whole.size() == Size{16, 8});
  CHECK(whole.bounding_box() == Box{0, 0, 8, 8});
  CHECK(whole.area() == 64);
  CHECK_THROWS_AS((void)format.masks(tensors(over_box, 4, 4), context, request), Error);
  context.mask_frame = MaskFrame::box;
  const auto pasted = format.masks(tensors(over_box, 4, 4), context, request).front();
  CHECK(pasted.size() == Size{16, 8});
  CHECK(pasted.bounding_box().x1 >= 3);
  CHECK(pasted.bounding_box().x2 <= 13);
  CHECK(pasted.area() >= 60);
}

}  // namespace
}  // namespace visionkit
