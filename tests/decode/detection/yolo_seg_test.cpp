// yolov5_seg and yolov8_seg: one box, two prototypes.
#include "decode/detection/format_case.hpp"

namespace visionkit {
namespace {

// 16 x 16 input, prototypes of 4 x 4: the left half and the top half.
const Tensor prototypes({2, 4, 4}, {1, 1, -1, -1, 1, 1, -1, -1, 1,  1,  -1, -1, 1,  1,  -1, -1,
                                    1, 1, 1,  1,  1, 1, 1,  1,  -1, -1, -1, -1, -1, -1, -1, -1});
const DecodeContext context = {.class_count = 1, .input = {16, 16}};

struct Case {
  std::string_view format;
  Tensor head;  // cx 8, cy 8, w 16, h 12, score 0.9, coefficients 1 and 0
};

const std::vector<Case> cases = {{"yolov5_seg", Tensor({1, 8}, {8, 8, 16, 12, 0.9F, 1, 1, 0})},
                                 {"yolov8_seg", Tensor({7, 1}, {8, 8, 16, 12, 0.9F, 1, 0})}};

std::vector<Mask> masks(const Case& c, const MaskRequest& request) {
  return find_detection_format(c.format).masks(std::vector{c.head.view(), prototypes.view()}, context, request);
}

TEST_CASE("a mask is the coefficients times the prototypes, cut by its box, at the size of the picture") {
  for (const auto& c : cases) {
    CAPTURE(c.format);
    const auto found = test::decode(c.format, {c.head, prototypes}, context);
    REQUIRE(found.size() == 1);
    test::check_detection(found.front(), {{0, 2, 16, 14}, ClassId(0), 0.9F, 0});
    const Box box = {0, 4, 32, 28};
    const auto mask =
        masks(c, {.detections = found, .boxes = {&box, 1}, .content = {0, 0, 16, 16}, .image = {32, 32}}).front();
    CHECK(mask.size() == Size{32, 32});
    CHECK(mask.bounding_box() == Box{0, 4, 16, 28});
    CHECK(mask.area() == 16 * 24);
  }
}

TEST_CASE("tensors that do not fit are refused with expected and got") {
  const Tensor short_head({6, 1}, {8, 8, 16, 12, 0.9F, 1});
  CHECK(test::refusal("yolov8_seg", {cases[1].head}, context) ==
        "yolov8_seg: the model gives 1 tensors, expected 2 (output, prototypes)");
  CHECK(test::refusal("yolov8_seg", {cases[1].head, cases[1].head}, context) ==
        "yolov8_seg: prototypes is float32 [7, 1], expected float32 [coefficients, height, width]");
  CHECK(test::refusal("yolov8_seg", {short_head, prototypes}, context).find("expected float32 [7") !=
        std::string::npos);
}

TEST_CASE("masks are asked for with one box for each detection") {
  const auto found = test::decode("yolov8_seg", {cases[1].head, prototypes}, context);
  try {
    (void)masks(cases[1], {.detections = found, .boxes = {}, .content = {0, 0, 16, 16}, .image = {32, 32}});
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::invalid_argument);
  }
}

}  // namespace
}  // namespace visionkit
