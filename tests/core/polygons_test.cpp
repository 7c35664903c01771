#include <visionkit/core/polygons.hpp>

#include <algorithm>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <visionkit/core/error.hpp>

namespace visionkit {
namespace {

TEST_CASE("a polygon along pixel edges covers the pixels inside") {
  const auto mask = rasterize(Polygon{{1, 2}, {5, 2}, {5, 6}, {1, 6}}, {8, 8});
  CHECK(mask.area() == 16);
  CHECK(mask.bounding_box() == Box{1, 2, 5, 6});
  CHECK(mask == Mask::from_box({1, 2, 5, 6}, {8, 8}));
}

TEST_CASE("several polygons are united, and a polygon that crosses itself is even-odd") {
  const Polygon left = {{0, 0}, {2, 0}, {2, 2}, {0, 2}};
  const Polygon right = {{1, 0}, {4, 0}, {4, 2}, {1, 2}};
  CHECK(rasterize(std::vector{left, right}, {4, 2}).area() == 8);
  CHECK(rasterize(std::vector<Polygon>{}, {4, 2}) == Mask::from_runs({8}, {4, 2}));
  auto both = left;
  both.insert(both.end(), {{0, 0}, {1, 0}, {4, 0}, {4, 2}, {1, 2}, {1, 0}});
  CHECK(rasterize(both, {4, 2}).area() == 6);
}

TEST_CASE("what lies outside the picture is cut off, however far it reaches") {
  const Size size = {40, 30};
  const auto whole = Mask::from_runs({0, 1200}, size);
  CHECK(rasterize(Polygon{{-1e8, -1e8}, {1e8, -1e8}, {1e8, 1e8}, {-1e8, 1e8}}, size) == whole);
  CHECK(rasterize(Polygon{{50, 0}, {90, 0}, {90, 20}}, size).empty());
  CHECK(rasterize(Polygon{{-50, 0}, {-9, 0}, {-9, 20}}, size).empty());
  CHECK(rasterize(Polygon{{0, 0}, {1e8, 0}, {1e8, 1e8}}, size).area() < 1200);
  CHECK(Mask::from_box({-1000, 10, 20, 1000}, size).bounding_box() == Box{0, 10, 20, 30});
  CHECK(rasterize(Polygon{{0, 0}, {1, 0}, {1, 1}}, {0, 0}) == Mask());
  CHECK(rasterize(Polygon{{0, 0}, {1, 0}, {1, 1}}, {5, 0}).empty());
}

TEST_CASE("a zigzag with many corners needs no more memory than the picture is large") {
  Polygon zigzag;
  for (int i = 0; i < 4000; ++i) zigzag.push_back({i % 2 == 0 ? 0.0 : 2000.0, i * 0.01});
  const auto mask = rasterize(zigzag, {2000, 50});
  CHECK(mask.area() > 0);
}

// The pixels inside an odd number of the rings: every horizontal side flips what lies below it.
Mask fill(const std::vector<Contour>& parts, Size size) {
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height));
  const auto flip = [&](const Polygon& ring) {
    for (std::size_t i = 0; i < ring.size(); ++i) {
      const auto& from = ring[i];
      const auto& to = ring[(i + 1) % ring.size()];
      if (from.y != to.y) continue;
      for (auto x = static_cast<int>(std::min(from.x, to.x)); x < static_cast<int>(std::max(from.x, to.x)); ++x) {
        for (auto y = static_cast<int>(from.y); y < size.height; ++y) {
          pixels[static_cast<std::size_t>(y * size.width + x)] ^= 1U;
        }
      }
    }
  };
  for (const auto& part : parts) {
    flip(part.outer);
    for (const auto& hole : part.holes) flip(hole);
  }
  return Mask::from_dense(pixels, size);
}

// Twice the area, positive for a clockwise ring.
double doubled_area(const Polygon& ring) {
  double sum = 0;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const auto& from = ring[i];
    const auto& to = ring[(i + 1) % ring.size()];
    sum += from.x * to.y - to.x * from.y;
  }
  return sum;
}

Mask mask_of(const std::vector<std::string>& rows) {
  std::vector<std::uint8_t> pixels;
  for (const auto& row : rows) {
    for (const char c : row) pixels.push_back(c == '#' ? 1 : 0);
  }
  return Mask::from_dense(pixels, {static_cast<int>(rows.front().size()), static_cast<int>(rows.size())});
}

TEST_CASE("a contour runs along the pixel edges, clockwise outside and counterclockwise around holes") {
  const auto parts = contours(mask_of({"......", ".####.", ".#..#.", ".####.", "......"}));
  REQUIRE(parts.size() == 1);
  CHECK(parts[0].outer == Polygon{{5, 1}, {5, 4}, {1, 4}, {1, 1}});
  REQUIRE(parts[0].holes.size() == 1);
  CHECK(parts[0].holes[0] == Polygon{{4, 3}, {4, 2}, {2, 2}, {2, 3}});
}

TEST_CASE("pixels that share a corner only are parts of their own, from left to right") {
  const auto parts = contours(mask_of({"..#", ".#.", "#.."}));
  REQUIRE(parts.size() == 3);
  for (int i = 0; i < 3; ++i) {
    CHECK(doubled_area(parts[static_cast<std::size_t>(i)].outer) == 2);
    CHECK(parts[static_cast<std::size_t>(i)].outer[0] == PolygonPoint{i + 1.0, 2.0 - i});
  }
}

TEST_CASE("an island in a hole is a part of its own") {
  const auto parts = contours(mask_of({"#####", "#...#", "#.#.#", "#...#", "#####"}));
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].holes.size() == 1);
  CHECK(parts[1].holes.empty());
  CHECK(doubled_area(parts[0].outer) == 50);
  CHECK(doubled_area(parts[0].holes[0]) == -18);
}

TEST_CASE("contours of any mask give the mask back") {
  std::mt19937 random(11);
  std::vector<Mask> masks = {Mask(),
                             Mask::from_runs({20}, {5, 4}),
                             Mask::from_runs({0, 20}, {5, 4}),
                             Mask::from_runs({3, 13, 4}, {5, 4}),
                             Mask::from_runs({0, 2, 0, 14, 4}, {5, 4}),
                             Mask::from_runs({}, {0, 7}),
                             Mask::from_runs({0, 50}, {50, 1})};
  for (int i = 0; i < 200; ++i) {
    const Size size = {1 + static_cast<int>(random() % 24), 1 + static_cast<int>(random() % 24)};
    const double density = 0.1 + 0.8 * (i % 9) / 8;
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(size.width * size.height));
    for (auto& pixel : pixels) pixel = std::bernoulli_distribution(density)(random) ? 1 : 0;
    masks.push_back(Mask::from_dense(pixels, size));
  }
  for (const auto& mask : masks) {
    CAPTURE(mask.to_rle());
    CAPTURE(to_string(mask));
    const auto parts = contours(mask);
    CHECK(fill(parts, mask.size()) == mask);
    std::vector<Polygon> polygons;
    double area = 0;
    for (const auto& part : parts) {
      CHECK(doubled_area(part.outer) > 0);
      area += doubled_area(part.outer) / 2;
      for (const auto& hole : part.holes) {
        CHECK(doubled_area(hole) < 0);
        area += doubled_area(hole) / 2;
      }
      polygons.push_back(to_polygon(part));
    }
    CHECK(area == static_cast<double>(mask.area()));
    CHECK(rasterize(polygons, mask.size()) == mask);
  }
}

TEST_CASE("contours of a strip of whole columns take no time per column") {
  const auto parts = contours(Mask::from_runs({5, 2'000'000'000, 7}, {2'000'000'012, 1}));
  REQUIRE(parts.size() == 1);
  CHECK(parts[0].outer == Polygon{{2'000'000'005, 0}, {2'000'000'005, 1}, {5, 1}, {5, 0}});
}

TEST_CASE("broken polygons are refused") {
  const double infinity = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<Polygon> cases = {{},
                                      {{1, 2}, {3, 4}},
                                      {{nan, 0}, {1, 1}, {2, 0}},
                                      {{0, 0}, {1, infinity}, {2, 0}},
                                      {{0, 0}, {1, 1}, {-infinity, 0}},
                                      {{0, 0}, {1, 1}, {1.1e8, 0}}};
  for (const auto& polygon : cases) {
    try {
      (void)rasterize(polygon, {10, 10});
      FAIL_CHECK("accepted");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::invalid_argument);
    }
  }
  CHECK_THROWS_AS((void)rasterize(Polygon{{0, 0}, {1, 0}, {1, 1}}, {-1, 4}), Error);
  CHECK_THROWS_AS((void)Mask::from_box({0, 0, 1e9F, 4}, {10, 10}), Error);
}

}  // namespace
}  // namespace visionkit
