#include "decode/detection/format_case.hpp"

namespace visionkit {
namespace {

using Found = std::vector<ModelDetection>;

TEST_CASE("boxes_scores takes boxes as they are declared") {
  const Tensor boxes({2, 4}, {0.25F, 0.5F, 0.5F, 0.75F, 0, 0, 1, 1});
  const Tensor scores({2, 2}, {0.1F, 0.9F, 0.2F, 0.1F});
  DecodeContext context = {.class_count = 2, .input = {100, 100}, .coordinates = BoxCoordinates::normalized};
  CHECK(test::decode("boxes_scores", {boxes, scores}, context) == Found{{{25, 50, 50, 75}, ClassId(1), 0.9F, 0}});
  context.encoding = BoxEncoding::xywh;
  CHECK(test::decode("boxes_scores", {boxes, scores}, context) == Found{{{25, 50, 75, 125}, ClassId(1), 0.9F, 0}});
  context.encoding = BoxEncoding::center;
  CHECK(test::decode("boxes_scores", {boxes, scores}, context) == Found{{{0, 12.5F, 50, 87.5F}, ClassId(1), 0.9F, 0}});
  context.coordinates = BoxCoordinates::pixels;
  context.activation = ScoreActivation::sigmoid;
  CHECK(test::decode("boxes_scores", {boxes, scores}, context).size() == 2);
}

}  // namespace
}  // namespace visionkit
