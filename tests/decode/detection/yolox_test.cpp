#include <cmath>

#include "decode/detection/format_case.hpp"

namespace visionkit {
namespace {

TEST_CASE("yolox rows are those of yolov5") {
  const Tensor rows({1, 6}, {100, 50, 20, 10, 0.5F, 1});
  CHECK(test::decode("yolox", {rows}, {.class_count = 1, .input = {64, 64}}) ==
        std::vector<ModelDetection>{{{90, 45, 110, 55}, ClassId(0), 0.5F, 0}});
}

TEST_CASE("yolox_raw adds the cell and multiplies by the stride") {
  // 32 x 16 pixels: 4 x 2 cells of stride 8, then 2 x 1 cells of stride 16.
  std::vector<float> values(10 * 6, 0.0F);
  const auto set = [&](std::size_t row, std::initializer_list<float> row_values) {
    std::copy(row_values.begin(), row_values.end(), values.begin() + static_cast<std::ptrdiff_t>(row * 6));
  };
  set(6, {0.5F, 0.25F, 0, std::log(2.0F), 1, 0.5F});  // stride 8, row 1, column 2
  set(9, {0.5F, 0.5F, std::log(0.5F), 0, 1, 0.75F});  // stride 16, row 0, column 1
  const DecodeContext context = {.class_count = 1, .input = {32, 16}, .strides = {8, 16}};
  const auto found = test::decode("yolox_raw", {Tensor({10, 6}, values)}, context);
  REQUIRE(found.size() == 2);
  test::check_detection(found[0], {{16, 2, 24, 18}, ClassId(0), 0.5F, 6});
  test::check_detection(found[1], {{20, 0, 28, 16}, ClassId(0), 0.75F, 9});
}

TEST_CASE("yolox_raw wants a row for every cell") {
  const DecodeContext context = {.class_count = 1, .input = {32, 16}, .strides = {8, 16}};
  CHECK(test::refusal("yolox_raw", {Tensor({9, 6}, std::vector<float>(54))}, context) ==
        "yolox_raw: output is float32 [9, 6], expected float32 [10 (cells), 6 (5 + classes)]");
  auto odd = context;
  odd.strides = {7};
  CHECK(test::refusal("yolox_raw", {Tensor({9, 6}, std::vector<float>(54))}, odd, ErrorCode::invalid_option) ==
        "strides has 7, expected a divisor of the input's 32x16");
}

}  // namespace
}  // namespace visionkit
