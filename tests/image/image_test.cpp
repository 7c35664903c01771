#include <visionkit/core/error.hpp>
#include <visionkit/image/image.hpp>

#include <doctest/doctest.h>

#include <utility>

#include "encoded.hpp"

using namespace visionkit;

TEST_CASE("converting to BGR and back gives the same pixels") {
  const auto image = test::make_picture({7, 3});
  const auto bgr = convert(image, PixelFormat::bgr8);
  CHECK(bgr.pixels()[0] == image.pixels()[2]);
  CHECK(convert(bgr, PixelFormat::rgb8) == image);
}

TEST_CASE("every format converts to every other by the same rule") {
  const auto rgba = test::make_picture({5, 4}, PixelFormat::rgba8);
  const auto rgb = convert(rgba, PixelFormat::rgb8);
  const auto gray = convert(rgb, PixelFormat::gray8);
  for (const auto format : {PixelFormat::rgb8, PixelFormat::bgr8, PixelFormat::rgba8, PixelFormat::bgra8}) {
    const auto image = convert(rgba, format);
    CHECK(convert(image, PixelFormat::rgb8) == rgb);
    CHECK(convert(image, PixelFormat::gray8) == gray);
  }
  CHECK(convert(convert(rgba, PixelFormat::bgra8), PixelFormat::rgba8) == rgba);  // alpha is kept
  CHECK(convert(rgb, PixelFormat::rgba8).pixels()[3] == 255);                     // or new
  CHECK(convert(convert(gray, PixelFormat::rgb8), PixelFormat::gray8) == gray);
}

TEST_CASE("a view with padded rows is read row by row") {
  const auto image = test::make_picture({4, 3});
  std::vector<std::uint8_t> padded(3 * 20, 99);
  for (int y = 0; y < 3; ++y) std::copy_n(image.row(y), 12, padded.begin() + 20 * y);
  const ImageView view{padded.data(), 4, 3, 20, PixelFormat::rgb8};
  CHECK(Image(view) == image);
  CHECK(convert(view, PixelFormat::gray8) == convert(image, PixelFormat::gray8));
}

TEST_CASE("copies are deep and a moved-from picture is empty") {
  auto image = test::make_picture({3, 2});
  auto copy = image;
  copy.pixels()[0] ^= 1U;
  CHECK_FALSE(copy == image);
  copy = image;
  CHECK(copy == image);
  const auto moved = std::move(image);
  CHECK(moved == copy);
  CHECK(image.empty());  // NOLINT(bugprone-use-after-move): that is what is tested
  CHECK(image.pixels().empty());
  CHECK(Image().empty());
}

TEST_CASE("views that cannot be read are refused") {
  const std::vector<std::uint8_t> pixels(12);
  for (const auto& view :
       {ImageView{nullptr, 2, 2, 6}, ImageView{pixels.data(), 0, 2, 6}, ImageView{pixels.data(), 2, -1, 6},
        ImageView{pixels.data(), 2, 2, 5}, ImageView{pixels.data(), 2, 2, 6, static_cast<PixelFormat>(77)}}) {
    try {
      check_view(view);
      FAIL_CHECK("the view was accepted");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::invalid_argument);
    }
  }
}
