#include <visionkit/core/truth.hpp>

#include <limits>

#include <doctest/doctest.h>

#include "core/truth_index.hpp"

namespace visionkit {
namespace {

TEST_CASE("the pixels of an object are its mask, its polygons, or its box") {
  const ObjectBox box = {2, 1, 3, 2};
  CHECK(to_mask({}, box, {10, 10}).area() == 6);
  const std::vector<Polygon> triangle = {{{0, 0}, {8, 0}, {0, 8}}};
  CHECK(to_mask(triangle, box, {10, 10}) == rasterize(triangle, {10, 10}));
  const auto mask = Mask::from_runs({0, 4, 5}, {3, 3});
  CHECK(to_mask(mask, box, {10, 10}) == mask);
}

TEST_CASE("boxes and notes print") {
  CHECK(to_string(ObjectBox{12.5, 30, 87.5, 50}) == "[12.5, 30, 87.5 x 50]");
  CHECK(to_string(DatasetNote{"area missing: computed", 3, "/annotations/7/area"}) ==
        "area missing: computed (3 times, first at /annotations/7/area)");
}

TEST_CASE("ids are found by their rank, close together or far apart") {
  constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
  constexpr auto highest = std::numeric_limits<std::int64_t>::max();
  for (const auto& ids : {std::vector<std::int64_t>{5, 3, 9, 3}, {highest, lowest, 0}, {-4, -3, 100'000'000}}) {
    const IdIndex index(ids);
    CHECK(index.size() == 3);
    for (std::size_t i = 0; i < index.size(); ++i) CHECK(index.find(index.ids()[i]) == i);
    for (const std::int64_t other : {4, -1, 10, 7}) CHECK(index.find(other) == IdIndex::none);
  }
  CHECK(IdIndex().find(0) == IdIndex::none);
}

}  // namespace
}  // namespace visionkit
