#include <visionkit/image/panoptic_io.hpp>

#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include <visionkit/core/error.hpp>

#include "support/files.hpp"
#include "support/refusal.hpp"

namespace visionkit {
namespace {

using test::code_of;

TEST_CASE("segment ids become colours and come back") {
  const std::vector<std::uint32_t> ids = {0, 1, 256, 65536, 0xFFFFFF, 0x030201};
  const auto image = panoptic_image(ids, {3, 2});
  CHECK(image.format() == PixelFormat::rgb8);
  CHECK(image.row(1)[6] == 1);
  CHECK(image.row(1)[7] == 2);
  CHECK(image.row(1)[8] == 3);
  const PanopticIds expected = {ids, {3, 2}};
  CHECK(panoptic_ids(image) == expected);
  CHECK(panoptic_ids(convert(image, PixelFormat::bgra8)) == expected);
  const test::TemporaryFolder folder;
  const auto path = (folder / "ids.png").string();
  write_panoptic_ids(path, ids, {3, 2});
  CHECK(read_panoptic_ids(path, {.size = Size{3, 2}}) == expected);
  CHECK(code_of([&] { return read_panoptic_ids(path, {.size = Size{2, 3}}); }) == ErrorCode::dataset_schema);
  write_image((folder / "ids.jpg").string(), image);
  CHECK(code_of([&] { return read_panoptic_ids((folder / "ids.jpg").string()); }) == ErrorCode::unsupported_image);
}

TEST_CASE("ids that are no colours are refused") {
  CHECK(code_of([] {
          return panoptic_image(std::vector<std::uint32_t>{1 << 24}, {1, 1});
        }) == ErrorCode::invalid_argument);
  CHECK(code_of([] { return panoptic_image(std::vector<std::uint32_t>{1}, {1, 2}); }) == ErrorCode::shape);
  CHECK(code_of([] { return panoptic_ids(Image({2, 2}, PixelFormat::gray8)); }) == ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace visionkit
