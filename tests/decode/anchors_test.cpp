#include <visionkit/decode/anchors.hpp>

#include <doctest/doctest.h>

#include <visionkit/core/error.hpp>

namespace visionkit {
namespace {

TEST_CASE("ssd anchors follow the paper") {
  const auto anchors =
      ssd_anchors({.levels = {{.grid = {2, 1}, .stride = 0, .aspect_ratios = {4}}}, .scales = {0.25F, 1}}, {100, 50});
  REQUIRE(anchors.size() == 8);
  CHECK(anchors[0] == ModelBox{12.5F, 18.75F, 37.5F, 31.25F});
  CHECK(anchors[1] == ModelBox{0, 12.5F, 50, 37.5F});
  CHECK(anchors[2] == ModelBox{0, 21.875F, 50, 28.125F});
  CHECK(anchors[3] == ModelBox{18.75F, 12.5F, 31.25F, 37.5F});
  CHECK(anchors[4] == ModelBox{62.5F, 18.75F, 87.5F, 31.25F});
  CHECK_THROWS_AS((void)ssd_anchors({.levels = {{.grid = {1, 1}}}, .scales = {0.5F}}, {100, 100}), Error);
  CHECK_THROWS_AS((void)ssd_anchors({}, {0, 100}), Error);
}

TEST_CASE("retinanet anchors are torchvision's") {
  const auto anchors =
      retinanet_anchors({.levels = {{.stride = 8, .sizes = {32, 40}}}, .aspect_ratios = {0.5F, 1}}, {20, 16});
  REQUIRE(anchors.size() == 3 * 2 * 4);
  // sqrt(2) * 32 = 45.25 wide, 22.6 high, halves rounded
  CHECK(anchors[0] == ModelBox{-23, -11, 23, 11});
  CHECK(anchors[1] == ModelBox{-28, -14, 28, 14});
  CHECK(anchors[2] == ModelBox{-16, -16, 16, 16});
  // 20 pixels over 3 columns: steps of 6
  CHECK(anchors[6] == ModelBox{-10, -16, 22, 16});
  CHECK_THROWS_AS((void)retinanet_anchors({.levels = {{.stride = 0, .sizes = {1}}}}, {20, 16}), Error);
}

}  // namespace
}  // namespace visionkit
