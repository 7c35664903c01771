#include <visionkit/core/format.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace visionkit;

TEST_CASE("values print as one short text and take fmt's string options") {
  struct Row {
    std::string got;
    const char* expected;
  };
  const Classification answer = {.classes = {{ClassId(7), 0.934F}, {ClassId(2), 0.05F}}, .scores = {}};
  const std::vector<Row> rows = {
      {fmt::format("{}", Size{640, 480}), "640x480"},
      {fmt::format("{}", Point{12.5F, 30}), "(12.5, 30.0)"},
      {fmt::format("{}", ModelPoint{1, 2}), "(1.0, 2.0)"},
      {fmt::format("{}", Box{12.5F, 30, 100, 80}), "[12.5, 30.0, 100.0, 80.0]"},
      {fmt::format("{}", ModelBox{0, 0, 1, 1}), "[0.0, 0.0, 1.0, 1.0]"},
      {fmt::format("{:>4}|{:<4}|", ClassId(7), ClassId(8)), "   7|8   |"},
      {fmt::format("{}", answer), "[7 0.93, 2 0.05]"},
      {fmt::format("{}", answer.classes[0]), "7 0.93"},
      {fmt::format("{}", Detection{{0, 1, 2, 3}, ClassId(4), 0.5F}), "4 0.50 [0.0, 1.0, 2.0, 3.0]"},
      {fmt::format("{}", PixelBox{1, 2, 3, 4}), "[1, 2, 3, 4]"},
      {fmt::format("{}", Outcome::missed), "missed"},
      {fmt::format("{}", Mask::from_runs({3, 2, 1}, {3, 2})), "3x2 mask of 2 pixels"},
      {fmt::format("{}", LabelMap(std::vector<std::uint8_t>{0, 1, 1, 1}, {2, 2})), "2x2 label map: 1 75.0 %, 0 25.0 %"},
      {fmt::format("{}", PanopticMap({1, 1, 0, 0}, {2, 2}, {{.id = 1, .label = ClassId(4)}})),
       "2x2 panoptic map: 1 thing, 0 stuff, void 50.0 %"},
      {fmt::format("{}", ErrorCode::model_corrupt), "model_corrupt"},
      {fmt::format("{:*^9}", DType::uint8), "**uint8**"},
      {fmt::format("{} {}", Device::cpu(), Device::cuda(1)), "cpu cuda:1"},
      {fmt::format("{}", Precision::bfloat16), "bfloat16"},
  };
  for (const auto& row : rows) CHECK(row.got == row.expected);
}
