#include "decode/detection/format_case.hpp"

namespace visionkit {
namespace {

using Found = std::vector<ModelDetection>;

TEST_CASE("yolov5 multiplies objectness and class") {
  const Tensor rows({3, 7}, {100, 50, 20, 10, 0.5F,  0.25F, 1,        // 0.5 for class 1, 0.125 for class 0
                             200, 60, 40, 20, 0.25F, 1,     1,        // objectness not above the threshold
                             300, 70, 10, 10, 0.75F, 1,     0.75F});  // 0.75 for class 0, 0.5625 for class 1
  const DecodeContext context = {.class_count = 2, .input = {640, 640}, .score_threshold = 0.25F};
  const ModelDetection first = {{90, 45, 110, 55}, ClassId(1), 0.5F, 0};
  const ModelDetection third = {{295, 65, 305, 75}, ClassId(0), 0.75F, 2};
  CHECK(test::decode("yolov5", {rows}, context) == Found{first, third});

  auto several = context;
  several.labels = LabelRule::several;
  auto also = third;
  also.label = ClassId(1);
  also.score = 0.5625F;
  CHECK(test::decode("yolov5", {rows}, several) == Found{first, third, also});
}

TEST_CASE("yolov5 scales normalised boxes and skips extra values") {
  const Tensor rows({1, 8}, {0.5F, 0.25F, 0.5F, 0.25F, 1, 0.5F, 9, 9});
  const DecodeContext context = {
      .class_count = 1, .input = {640, 320}, .coordinates = BoxCoordinates::normalized, .extra_values = 2};
  CHECK(test::decode("yolov5", {rows}, context) == Found{{{160, 40, 480, 120}, ClassId(0), 0.5F, 0}});
}

}  // namespace
}  // namespace visionkit
