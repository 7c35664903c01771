#include <visionkit/core/label_map.hpp>

#include <doctest/doctest.h>

#include <random>

#include <visionkit/core/error.hpp>

#include "support/refusal.hpp"

using namespace visionkit;

namespace {

using visionkit::test::code_of;

LabelMap map_of(std::vector<std::uint8_t> ids, Size size) { return {std::move(ids), size}; }

const LabelMap small = map_of({0, 0, 1, 255,  //
                               0, 2, 1, 1,    //
                               2, 0, 0, 1},
                              {4, 3});

// The number of components, pixel by pixel.
std::size_t count_by_flooding(const LabelMap& map, Connectivity connectivity) {
  const auto [width, height] = map.size();
  std::vector<char> seen(static_cast<std::size_t>(width * height));
  std::size_t count = 0;
  for (int i = 0; i < width * height; ++i) {
    if (seen[static_cast<std::size_t>(i)] != 0 || map.at(i % width, i / width) == map.void_id()) continue;
    ++count;
    std::vector<int> open = {i};
    seen[static_cast<std::size_t>(i)] = 1;
    while (!open.empty()) {
      const int x = open.back() % width;
      const int y = open.back() / width;
      open.pop_back();
      for (int dy = -1; dy <= 1; ++dy) {
        for (int dx = -1; dx <= 1; ++dx) {
          const int u = x + dx;
          const int v = y + dy;
          if (u < 0 || u >= width || v < 0 || v >= height) continue;
          if (connectivity == Connectivity::four && dx != 0 && dy != 0) continue;
          auto& mark = seen[static_cast<std::size_t>(v * width + u)];
          if (mark != 0 || map.at(u, v) != map.at(x, y)) continue;
          mark = 1;
          open.push_back(v * width + u);
        }
      }
    }
  }
  return count;
}

const std::vector<std::uint8_t> two = {1, 2};

}  // namespace

TEST_CASE("a label map knows the class of every pixel and how much of the picture each class has") {
  CHECK(small.at(2, 0) == ClassId(1));
  CHECK(small.at(3, 0) == small.void_id());
  CHECK(small.bits() == 8);
  CHECK(small.areas() == std::vector<ClassArea>{{ClassId(0), 5}, {ClassId(1), 4}, {ClassId(2), 2}, {ClassId(255), 1}});
  CHECK(small.area(ClassId(1)) == 4);
  CHECK(small.area(ClassId(7)) == 0);
  CHECK(small.area(ClassId(-1)) == 0);
  CHECK(small.fraction(ClassId(1)) == doctest::Approx(4.0 / 12));
  CHECK(LabelMap().fraction(ClassId(0)) == 0);
  CHECK(to_string(small) == "4x3 label map: 0 41.7 %, 1 33.3 %, 2 16.7 %, void 8.3 %");
  CHECK(to_string(LabelMap()) == "0x0 label map");
}

TEST_CASE("a label map of many classes has 16 bits and its own void") {
  const LabelMap map(std::vector<std::uint16_t>{255, 700, 65535, 700}, {2, 2});
  CHECK(map.bits() == 16);
  CHECK(map.void_id() == ClassId(65535));
  CHECK(map.at(1, 0) == ClassId(700));
  CHECK(map.ids_8bit().empty());
  CHECK(map.areas() == std::vector<ClassArea>{{ClassId(255), 1}, {ClassId(700), 2}, {ClassId(65535), 1}});
  CHECK(connected_components(map).size() == 2);
  CHECK(connected_components(map, Connectivity::four).size() == 2);
}

TEST_CASE("a label map refuses what does not fit its size") {
  CHECK(code_of([] { map_of({1, 2}, {2, 2}); }) == ErrorCode::shape);
  CHECK(code_of([] { map_of({}, {-1, 2}); }) == ErrorCode::invalid_argument);
  CHECK(code_of([] { (void)LabelMap(two, {2, 1}, {.confidence = {0.5F}}); }) == ErrorCode::shape);
  CHECK(code_of([] { (void)LabelMap(two, {2, 1}, {.classes = Tensor({2, 2, 1}, {1, 2, 3, 4})}); }) == ErrorCode::shape);
  CHECK(code_of([] { (void)small.at(4, 0); }) == ErrorCode::invalid_argument);
  CHECK(code_of([] { (void)small.at(0, -1); }) == ErrorCode::invalid_argument);
}

TEST_CASE("label maps are equal when ids and scores are") {
  const auto scored = [](float first) {
    return LabelMap(two, {2, 1}, {.confidence = {first, 1}, .classes = Tensor({1, 1, 2}, {first, 2})});
  };
  CHECK(scored(0.5F) == scored(0.5F));
  CHECK(scored(0.5F) != scored(0.25F));
  CHECK(scored(0.5F) != map_of({1, 2}, {2, 1}));
  CHECK(map_of({1, 2}, {2, 1}) != map_of({1, 2}, {1, 2}));
}

TEST_CASE("the mask of a class holds its pixels") {
  const auto mask = small.mask_of(ClassId(2));
  CHECK(mask.size() == small.size());
  CHECK(mask.area() == 2);
  CHECK(mask.contains(1, 1));
  CHECK(mask.contains(0, 2));
  CHECK(small.mask_of(ClassId(300)).empty());
}

TEST_CASE("components are joined by edges, or by corners, too") {
  const auto four = connected_components(small, Connectivity::four);
  const auto eight = connected_components(small);
  CHECK(four.size() == 5);
  REQUIRE(eight.size() == 3);
  CHECK(eight[0].label == ClassId(0));
  CHECK(eight[0].area == 5);
  CHECK(eight[0].box == Box{0, 0, 3, 3});
  CHECK(eight[1].label == ClassId(2));
  CHECK(eight[1].mask == small.mask_of(ClassId(2)));
  CHECK(eight[2] == connected_components(small, ClassId(1)).front());
  CHECK(connected_components(small, small.void_id()).size() == 1);
  CHECK(connected_components(small, ClassId(9)).empty());
  CHECK(connected_components(LabelMap()).empty());
}

TEST_CASE("components are those that flooding finds") {
  std::mt19937 generator(1);
  for (int round = 0; round < 40; ++round) {
    const Size size = {1 + static_cast<int>(generator() % 90), 1 + static_cast<int>(generator() % 40)};
    std::vector<std::uint8_t> ids(static_cast<std::size_t>(size.width * size.height));
    for (auto& id : ids) id = generator() % 9 == 0 ? 255 : static_cast<std::uint8_t>(generator() % (2 + round % 3));
    const LabelMap map(ids, size);
    for (const auto connectivity : {Connectivity::four, Connectivity::eight}) {
      const auto found = connected_components(map, connectivity);
      CHECK(found.size() == count_by_flooding(map, connectivity));
      std::uint64_t area = 0;
      for (const auto& each : found) {
        area += each.area;
        CHECK(each.mask.area() == each.area);
        CHECK(each.mask.bounding_box() == each.box);
        CHECK(connected_components(each.mask, connectivity).size() == 1);
      }
      CHECK(area == ids.size() - map.area(map.void_id()));
    }
  }
}

TEST_CASE("components of a mask go over its runs") {
  // Columns: {1, 0, 1}, {1, 1, 1}, {0, 0, 0}, {1, 0, 0}; runs cross from column to column.
  const auto mask = Mask::from_runs({0, 1, 1, 4, 3, 1, 2}, {4, 3});
  const auto found = connected_components(mask, Connectivity::four);
  REQUIRE(found.size() == 2);
  CHECK(found[0].area == 5);
  CHECK(found[0].box == Box{0, 0, 2, 3});
  CHECK(found[1].box == Box{3, 0, 4, 1});
  CHECK(unite(found[0].mask, found[1].mask) == mask);
  CHECK(connected_components(Mask()).empty());
}
