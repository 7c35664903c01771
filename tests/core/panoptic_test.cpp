#include <visionkit/core/panoptic.hpp>

#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include <visionkit/core/error.hpp>

#include "support/refusal.hpp"

namespace visionkit {
namespace {

using test::code_of;

const std::vector<std::uint32_t> ids = {7, 7, 0, 3,  //
                                        7, 3, 3, 3,  //
                                        9, 9, 3, 3};

std::vector<PanopticSegment> segments() {
  return {{.id = 7, .label = ClassId(1), .score = 0.93F},
          {.id = 3, .label = ClassId(20), .kind = PanopticKind::stuff},
          {.id = 9, .label = ClassId(1), .is_crowd = true}};
}

PanopticMap measured() {
  auto listed = segments();
  measure_segments(ids, {4, 3}, listed);
  return {ids, {4, 3}, listed};
}

TEST_CASE("a panoptic map knows the segment of every pixel") {
  const auto map = measured();
  REQUIRE(map.at(1, 0) != nullptr);
  CHECK(map.at(1, 0)->id == 7);
  CHECK(map.at(2, 0) == nullptr);
  CHECK(map.find(9)->is_crowd);
  CHECK(map.find(8) == nullptr);
  CHECK(map.segments()[0].area == 3);
  CHECK(map.segments()[0].box == Box{0, 0, 2, 2});
  CHECK(map.segments()[1].area == 6);
  CHECK(map.segments()[1].box == Box{1, 0, 4, 3});
  CHECK(map.mask_of(9).area() == 2);
  CHECK(map.mask_of(9).contains(1, 2));
  CHECK(map.mask_of(panoptic_void).empty());
  CHECK(map.mask_of(8).empty());
  CHECK(to_string(map) == "4x3 panoptic map: 2 things, 1 stuff, void 8.3 %");
  CHECK(to_string(map.segments()[0]) == "7: thing 1 0.93 [0.0, 0.0, 2.0, 2.0]");
  CHECK(to_string(PanopticMap()) == "0x0 panoptic map: 0 things, 0 stuff, void 0.0 %");
  CHECK(map == measured());
  CHECK(map != PanopticMap(ids, {4, 3}, segments()));
}

TEST_CASE("the classes of the segments make a label map") {
  const auto labels = measured().label_map();
  CHECK(labels.at(0, 0) == ClassId(1));
  CHECK(labels.at(3, 1) == ClassId(20));
  CHECK(labels.at(2, 0) == labels.void_id());
  CHECK(labels.bits() == 8);
  auto listed = segments();
  listed[0].label = ClassId(255);
  CHECK(PanopticMap(ids, {4, 3}, listed).label_map().bits() == 16);
  listed[0].label = ClassId(65535);
  CHECK(code_of([&] { return PanopticMap(ids, {4, 3}, listed).label_map(); }) == ErrorCode::invalid_argument);
}

TEST_CASE("a listed segment without pixels has no box") {
  std::vector<PanopticSegment> listed = {{.id = 5, .area = 8, .box = {1, 2, 3, 4}}};
  measure_segments(ids, {4, 3}, listed);
  CHECK(listed[0].area == 0);
  CHECK(listed[0].box == Box{});
}

TEST_CASE("maps that contradict themselves are refused") {
  const auto make = [](std::vector<std::uint32_t> pixels, Size size, const std::vector<PanopticSegment>& listed) {
    return code_of([&] { return PanopticMap(std::move(pixels), size, listed); });
  };
  CHECK(make({1, 1}, {3, 1}, {{.id = 1}}) == ErrorCode::shape);
  CHECK(make({}, {-1, 0}, {}) == ErrorCode::invalid_argument);
  CHECK(make({1, 2}, {2, 1}, {{.id = 1}}) == ErrorCode::invalid_argument);
  CHECK(make({1, 1}, {2, 1}, {{.id = 1}, {.id = 1}}) == ErrorCode::invalid_argument);
  CHECK(make({0}, {1, 1}, {{.id = 0}}) == ErrorCode::invalid_argument);
  CHECK(code_of([&] { return measured().at(4, 0); }) == ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace visionkit
