#include "image/label_layout.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

using namespace visionkit;

namespace {

bool overlap(const PixelBox& a, const PixelBox& b) {
  return std::max(a.x1, b.x1) < std::min(a.x2, b.x2) && std::max(a.y1, b.y1) < std::min(a.y2, b.y2);
}

bool is_inside(const PixelBox& place, Size picture) {
  return place.x1 >= 0 && place.y1 >= 0 && place.x2 <= picture.width && place.y2 <= picture.height;
}

}  // namespace

TEST_CASE("a label stands on its box where it can") {
  struct Row {
    const char* what;
    PixelBox box;
    PixelBox expected;
  };
  const std::vector<Row> rows = {
      {"above, left edges in line", {20, 30, 80, 90}, {20, 20, 50, 30}},
      {"inside, when the box starts at the top", {20, 0, 80, 90}, {20, 0, 50, 10}},
      {"above, moved to the left, at the right edge", {90, 30, 100, 90}, {70, 20, 100, 30}},
      {"inside, when the box is the picture", {0, 0, 100, 100}, {0, 0, 30, 10}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    const LabelRequest request = {row.box, {30, 10}};
    CHECK(to_string(place_labels({100, 100}, {&request, 1}).front().value()) == to_string(row.expected));
  }
}

TEST_CASE("a label does not hide a small box where there is another place") {
  const std::vector<LabelRequest> requests = {{{20, 30, 80, 90}, {30, 10}}, {{25, 21, 33, 29}, {30, 10}}};
  const auto places = place_labels({100, 100}, requests);
  REQUIRE(places[0].has_value());
  CHECK_FALSE(overlap(*places[0], requests[1].box));
}

TEST_CASE("labels larger than the picture, or empty, get no place") {
  for (const auto& size : {Size{101, 10}, Size{10, 101}, Size{0, 10}, Size{10, 0}}) {
    const LabelRequest request = {{20, 30, 80, 90}, size};
    CHECK_FALSE(place_labels({100, 100}, {&request, 1}).front().has_value());
  }
  CHECK(place_labels({100, 100}, {}).empty());
}

TEST_CASE("boxes that lie on each other all get a label while there is room") {
  const std::vector<LabelRequest> requests(8, LabelRequest{{30, 30, 70, 70}, {30, 10}});
  for (const auto& place : place_labels({100, 100}, requests)) CHECK(place.has_value());
}

TEST_CASE("labels never leave the picture and never overlap") {
  std::mt19937 random(3);
  const auto number = [&](int from, int to) { return std::uniform_int_distribution<int>(from, to)(random); };
  std::size_t placed = 0;
  for (int round = 0; round < 300; ++round) {
    const Size picture = {number(1, 700), number(1, 500)};
    std::vector<LabelRequest> requests;
    for (int i = number(0, 60); i > 0; --i) {
      const int x = number(0, picture.width - 1);
      const int y = number(0, picture.height - 1);
      requests.push_back(
          {{x, y, number(x + 1, picture.width), number(y + 1, picture.height)}, {number(0, 120), number(0, 25)}});
    }
    const auto places = place_labels(picture, requests);
    REQUIRE(places.size() == requests.size());
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (!places[i]) continue;
      ++placed;
      CHECK(is_inside(*places[i], picture));
      CHECK(places[i]->width() == requests[i].size.width);
      CHECK(places[i]->height() == requests[i].size.height);
      for (std::size_t k = 0; k < i; ++k) CHECK_FALSE((places[k] && overlap(*places[i], *places[k])));
    }
  }
  CHECK(placed > 1000);
}
