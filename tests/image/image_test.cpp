#include <visionkit/image/image.hpp>

#include <doctest/doctest.h>

using visionkit::Image;
using visionkit::PixelFormat;

TEST_CASE("converting to BGR and back gives the same pixels") {
  Image image({2, 1}, PixelFormat::rgb8);
  for (std::size_t i = 0; i < image.pixels().size(); ++i) image.pixels()[i] = static_cast<std::uint8_t>(i * 10);
  const auto bgr = convert(image, PixelFormat::bgr8);
  CHECK(bgr.pixels()[0] == image.pixels()[2]);
  CHECK(convert(bgr, PixelFormat::rgb8) == image);
}
