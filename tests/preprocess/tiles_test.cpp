#include <visionkit/preprocess/tiles.hpp>

#include <doctest/doctest.h>

#include "support/refusal.hpp"

using namespace visionkit;

namespace {

struct Case {
  Size image;
  TileOptions options;
  std::vector<PixelBox> tiles;
  std::vector<PixelBox> cores;
};

}  // namespace

TEST_CASE("tiles cover the picture, keep the overlap and are spread evenly; neighbours meet in the middle") {
  const std::vector<Case> cases = {
      {{100, 50}, {.size = {100, 50}}, {{0, 0, 100, 50}}, {{0, 0, 100, 50}}},
      {{30, 20}, {.size = {100, 50}}, {{0, 0, 30, 20}}, {{0, 0, 30, 20}}},
      {{150, 50},
       {.size = {100, 50}, .overlap = 0.5},
       {{0, 0, 100, 50}, {50, 0, 150, 50}},
       {{0, 0, 75, 50}, {75, 0, 150, 50}}},
      {{200, 20},
       {.size = {100, 50}, .overlap = 0.0},
       {{0, 0, 100, 20}, {100, 0, 200, 20}},
       {{0, 0, 100, 20}, {100, 0, 200, 20}}},
      {{10, 25},
       {.size = {10, 10}, .overlap = 0.2},
       {{0, 0, 10, 10}, {0, 7, 10, 17}, {0, 15, 10, 25}},
       {{0, 0, 10, 8}, {0, 8, 10, 16}, {0, 16, 10, 25}}},
  };
  for (const auto& c : cases) {
    CAPTURE(to_string(c.image));
    CHECK(plan_tiles(c.image, c.options) == c.tiles);
    CHECK(tile_cores(c.image, c.options) == c.cores);
  }
}

TEST_CASE("for any sizes, the cores are a partition of the picture and lie in their tiles, which share the overlap") {
  for (const int length : {1, 7, 64, 65, 100, 333, 4001}) {
    for (const int tile : {1, 3, 64, 100}) {
      for (const double overlap : {0.0, 0.2, 0.5, 0.9}) {
        CAPTURE(length);
        CAPTURE(tile);
        CAPTURE(overlap);
        const TileOptions options = {.size = {tile, 5}, .overlap = overlap};
        const auto tiles = plan_tiles({length, 5}, options);
        const auto cores = tile_cores({length, 5}, options);
        REQUIRE(tiles.size() == cores.size());
        CHECK(cores.front().x1 == 0);
        CHECK(cores.back().x2 == length);
        for (std::size_t i = 0; i < tiles.size(); ++i) {
          CHECK(tiles[i].x1 <= cores[i].x1);
          CHECK(tiles[i].x2 >= cores[i].x2);
          CHECK(tiles[i].width() == std::min(tile, length));
          if (i == 0) continue;
          CHECK(cores[i].x1 == cores[i - 1].x2);
          if (tile > 1) CHECK(tiles[i - 1].x2 - tiles[i].x1 >= static_cast<int>(overlap * tile));
        }
      }
    }
  }
}

TEST_CASE("options out of range are refused with field, value and range") {
  const auto refusal = [](Size image, const TileOptions& options) {
    return test::refusal([&] { return plan_tiles(image, options); });
  };
  CHECK(refusal({9, 9}, {}) == "invalid_option: tiles.size is 0x0, expected at least 1x1");
  CHECK(refusal({9, 9}, {.size = {-1, 5}}) ==
        "invalid_option: tiles.size is -1x5, expected at least 1x1, or 0x0 for the network's input");
  CHECK(refusal({9, 9}, {.size = {5, 5}, .overlap = 0.95}) == "invalid_option: tiles.overlap is 0.95, expected 0..0.9");
  CHECK(refusal({0, 9}, {.size = {5, 5}}) == "invalid_argument: a picture of 0x9 cannot be cut into tiles");
}
