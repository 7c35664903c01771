#include <cmath>

#include "decode/detection/format_case.hpp"

namespace visionkit {
namespace {

TEST_CASE("retinanet measures boxes from anchors and gives several labels") {
  const DecodeContext context = {.class_count = 2, .input = {100, 100}, .anchors = {{10, 10, 30, 50}, {0, 0, 10, 10}}};
  const Tensor logits({2, 2}, {0, std::log(3.0F), -5, -5});
  const Tensor offsets({2, 4}, {0.5F, 0, 0, std::log(0.5F), 0, 0, 0, 0});
  const auto found = test::decode("retinanet", {logits, offsets}, context);
  REQUIRE(found.size() == 2);
  test::check_detection(found[0], {{20, 20, 40, 40}, ClassId(0), 0.5F, 0});
  test::check_detection(found[1], {{20, 20, 40, 40}, ClassId(1), 0.75F, 0});
}

TEST_CASE("a huge size offset is cut off") {
  const DecodeContext context = {.class_count = 1, .input = {100, 100}, .anchors = {{0, 0, 16, 16}}};
  const auto found = test::decode("retinanet", {Tensor({1, 1}, {9}), Tensor({1, 4}, {0, 0, 1000, 0})}, context);
  REQUIRE(found.size() == 1);
  CHECK(found[0].box.width() == doctest::Approx(1000));
}

}  // namespace
}  // namespace visionkit
