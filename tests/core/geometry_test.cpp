#include <visionkit/core/geometry.hpp>

#include <doctest/doctest.h>

using visionkit::Box;

TEST_CASE("a box has its sides and its area in pixels with edges at integers") {
  constexpr Box whole = {0, 0, 640, 480};
  CHECK(whole.width() == 640);
  CHECK(whole.height() == 480);
  CHECK(whole.area() == 640 * 480);
}

TEST_CASE("clipping keeps the part inside the image") {
  CHECK(clip(Box{-5, 10, 700, 20}, {640, 480}) == Box{0, 10, 640, 20});
  CHECK(clip(Box{700, 500, 800, 600}, {640, 480}).area() == 0);
}
