#include "decode/detection/format_case.hpp"

namespace visionkit {
namespace {

using Found = std::vector<ModelDetection>;

TEST_CASE("yolov8 reads columns") {
  const Tensor columns({6, 3}, {10, 20, 30,             //
                                10, 20, 30,             //
                                4, 8, 12,               //
                                2, 4, 6,                //
                                0.5F, 0.25F, 0.5F,      // class 0
                                0.25F, 0.25F, 0.75F});  // class 1
  const DecodeContext context = {.class_count = 2, .input = {64, 64}, .score_threshold = 0.25F};
  const ModelDetection first = {{8, 9, 12, 11}, ClassId(0), 0.5F, 0};
  const ModelDetection third = {{24, 27, 36, 33}, ClassId(1), 0.75F, 2};
  CHECK(test::decode("yolov8", {columns}, context) == Found{first, third});

  auto several = context;
  several.labels = LabelRule::several;
  CHECK(test::decode("yolov8", {columns}, several) == Found{first, {third.box, ClassId(0), 0.5F, 2}, third});
}

TEST_CASE("yolov8 gives the lowest of equally good labels") {
  const Tensor columns({7, 1}, {10, 10, 4, 2, 0.5F, 0.75F, 0.75F});
  CHECK(test::decode("yolov8", {columns}, {.class_count = 3, .input = {64, 64}}).front().label == ClassId(1));
}

TEST_CASE("yolov8 takes any number of boxes") {
  for (const std::int64_t boxes : {0, 1, 511, 512, 513, 8400}) {
    std::vector<float> values(static_cast<std::size_t>(6 * boxes), 0.5F);
    const Tensor columns({6, boxes}, std::move(values));
    CHECK(test::decode("yolov8", {columns}, {.class_count = 2, .input = {64, 64}}).size() ==
          static_cast<std::size_t>(boxes));
  }
}

}  // namespace
}  // namespace visionkit
