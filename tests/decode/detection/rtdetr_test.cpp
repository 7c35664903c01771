#include <cmath>

#include "decode/detection/format_case.hpp"

namespace visionkit {
namespace {

TEST_CASE("rtdetr ranks pairs of query and class") {
  DecodeContext context = {.class_count = 2, .input = {200, 100}, .score_threshold = 0.4F};
  const Tensor logits({2, 2}, {0, std::log(3.0F), std::log(4.0F), -9});
  const Tensor boxes({2, 4}, {0.5F, 0.5F, 0.5F, 0.25F, 0.5F, 0.5F, 1, 1});
  const auto found = test::decode("rtdetr", {logits, boxes}, context);
  REQUIRE(found.size() == 3);
  test::check_detection(found[0], {{0, 0, 200, 100}, ClassId(0), 0.8F, 1});
  test::check_detection(found[1], {{50, 37.5F, 150, 62.5F}, ClassId(1), 0.75F, 0});
  test::check_detection(found[2], {{50, 37.5F, 150, 62.5F}, ClassId(0), 0.5F, 0});
  context.top_queries = 1;
  CHECK(test::decode("rtdetr", {logits, boxes}, context).size() == 1);
}

}  // namespace
}  // namespace visionkit
