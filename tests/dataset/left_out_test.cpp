// Built only where pugixml or yaml-cpp is left out.
#include <doctest/doctest.h>

#include <visionkit/dataset/voc.hpp>
#include <visionkit/dataset/yolo.hpp>

#include "support/refusal.hpp"

namespace visionkit {
namespace {

using test::contains;
using test::refusal;

TEST_CASE("a format whose library was left out is refused by the name of the library") {
  const auto voc = refusal([] { return read_voc("anywhere"); });
  CHECK(contains(voc, "built without pugixml") == !VISIONKIT_WITH_PUGIXML);
  const auto yolo = refusal([] { return parse_yolo_description("names: [cat]"); });
  CHECK(contains(yolo, "built without yaml-cpp") == !VISIONKIT_WITH_YAML_CPP);
}

}  // namespace
}  // namespace visionkit
