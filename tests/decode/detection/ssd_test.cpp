#include <cmath>

#include "decode/detection/format_case.hpp"

namespace visionkit {
namespace {

TEST_CASE("ssd measures boxes from anchors and takes the background out of the softmax") {
  const DecodeContext context = {
      .class_count = 2, .input = {100, 100}, .score_threshold = 0.3F, .anchors = {{10, 10, 30, 50}, {0, 0, 10, 10}}};
  // Probabilities 1/4, 1/4, 1/2 and 98 % background.
  const Tensor scores({2, 3}, {0, 0, std::log(2.0F), 10, 5, 5});
  const Tensor locations({2, 4}, {1, -1, 5 * std::log(2.0F), 0, 0, 0, 0, 0});
  const auto found = test::decode("ssd", {locations, scores}, context);
  REQUIRE(found.size() == 1);
  test::check_detection(found[0], {{2, 6, 42, 46}, ClassId(1), 0.5F, 0});
}

TEST_CASE("ssd needs anchors, one for each row") {
  DecodeContext context = {.class_count = 2, .input = {100, 100}};
  const std::vector<Tensor> tensors = {Tensor({2, 4}, std::vector<float>(8)), Tensor({2, 3}, std::vector<float>(6))};
  CHECK(test::refusal("ssd", tensors, context, ErrorCode::invalid_option) ==
        "anchors is empty, expected the boxes that ssd measures its answers from");
  context.anchors.resize(3);
  CHECK(test::refusal("ssd", tensors, context) ==
        "ssd: locations is float32 [2, 4], expected float32 [3 (anchors), 4 (dx, dy, dw, dh)]");
}

}  // namespace
}  // namespace visionkit
