#include <fmt/format.h>

#include "decode/detection/format_case.hpp"

namespace visionkit {
namespace {

TEST_CASE("yolov10 rows are answers already") {
  const Tensor rows({3, 6}, {10, 20, 30, 40, 0.9F, 1,  //
                             1, 2, 3, 4, 0.25F, 0,     //
                             0, 0, 0, 0, 0, 0});
  const DecodeContext context = {.class_count = 2, .input = {64, 64}};
  CHECK(test::decode("yolov10", {rows}, context) ==
        std::vector<ModelDetection>{{{10, 20, 30, 40}, ClassId(1), 0.9F, 0}});
}

TEST_CASE("yolov10 refuses classes that do not exist") {
  const DecodeContext context = {.class_count = 2, .input = {64, 64}};
  for (const float label : {2.0F, -1.0F, 0.5F}) {
    CHECK(test::refusal("yolov10", {Tensor({1, 6}, {0, 0, 1, 1, 0.9F, label})}, context) ==
          fmt::format("yolov10: box 0 has class {}, expected a whole number from 0 to 1", label));
  }
}

}  // namespace
}  // namespace visionkit
