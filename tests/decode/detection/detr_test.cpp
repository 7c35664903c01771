#include <cmath>

#include "decode/detection/format_case.hpp"

namespace visionkit {
namespace {

TEST_CASE("detr leaves no-object out and scales its boxes") {
  const DecodeContext context = {.class_count = 2, .input = {200, 100}};
  // Probabilities 1/8, 3/8, 4/8 and 1/12, 1/12, 10/12.
  const Tensor logits({2, 3}, {0, std::log(3.0F), std::log(4.0F), 0, 0, std::log(10.0F)});
  const Tensor boxes({2, 4}, {0.5F, 0.5F, 0.5F, 0.25F, 0.1F, 0.1F, 0.1F, 0.1F});
  const auto found = test::decode("detr", {logits, boxes}, context);
  REQUIRE(found.size() == 1);
  test::check_detection(found[0], {{50, 37.5F, 150, 62.5F}, ClassId(1), 0.375F, 0});
}

}  // namespace
}  // namespace visionkit
