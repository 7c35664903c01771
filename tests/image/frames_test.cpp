#include <visionkit/core/error.hpp>
#include <visionkit/image/frames.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

using namespace visionkit;

namespace {

std::vector<int> values(const Image& image) { return {image.pixels().begin(), image.pixels().end()}; }

}  // namespace

TEST_CASE("of 16 bits the high byte counts, of fewer the upper eight") {
  const std::array<std::uint16_t, 4> row = {0, 0x12FF, 0xFF00, 0xFFFF};
  CHECK(values(to_image(ImageView16{row.data(), 4, 1, 8, PixelFormat::gray8})) == std::vector{0, 0x12, 0xFF, 0xFF});
  const std::array<std::uint16_t, 3> ten = {0, 1023, 2000};
  CHECK(values(to_image(ImageView16{ten.data(), 1, 1, 6, PixelFormat::rgb8, 10})) == std::vector{0, 255, 255});
}

TEST_CASE("floats are scaled, rounded and clamped") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  const std::array<float, 8> row = {0.0F, 0.5F, 1.0F, 2.0F, -1.0F, nan, infinity, -infinity};
  CHECK(values(to_image(ImageViewFloat{row.data(), 8, 1, 32, PixelFormat::gray8})) ==
        std::vector{0, 128, 255, 255, 0, 0, 255, 0});
  const std::array<float, 2> halves = {0.5F, 1.5F};
  CHECK(values(to_image(ImageViewFloat{halves.data(), 2, 1, 8, PixelFormat::gray8, 255.0F})) == std::vector{0, 2});
}

TEST_CASE("video frames become RGB by BT.601, limited range") {
  // Black, white, and the pure colours as the standard's table has them.
  struct Row {
    std::uint8_t y, u, v;
    std::array<int, 3> rgb;
  };
  for (const auto& row :
       {Row{16, 128, 128, {0, 0, 0}}, Row{235, 128, 128, {255, 255, 255}}, Row{81, 90, 240, {254, 0, 0}},
        Row{145, 54, 34, {0, 255, 1}}, Row{41, 240, 110, {0, 0, 255}}, Row{0, 128, 128, {0, 0, 0}}}) {
    const std::array<std::uint8_t, 4> luma = {row.y, row.y, row.y, row.y};
    const std::array<std::uint8_t, 2> pair = {row.u, row.v};
    const auto from_nv12 = to_image(Nv12View{luma.data(), pair.data(), 2, 2, 2, 2});
    const auto from_i420 = to_image(I420View{luma.data(), &row.u, &row.v, 2, 2, 2, 1});
    CHECK(from_nv12 == from_i420);
    for (std::size_t channel = 0; channel < 3; ++channel) {
      CHECK(std::abs(from_nv12.pixels()[channel] - row.rgb[channel]) <= 1);
    }
  }
}

TEST_CASE("odd video frames use the chroma of the last pair") {
  const std::vector<std::uint8_t> luma(9, 120);
  const std::array<std::uint8_t, 8> pairs = {90, 200, 10, 20, 30, 40, 50, 60};
  const auto image = to_image(Nv12View{luma.data(), pairs.data(), 3, 3, 3, 4});
  CHECK(std::equal(image.row(0), image.row(0) + 3, image.row(1) + 3));
  CHECK_FALSE(std::equal(image.row(0), image.row(0) + 3, image.row(0) + 6));
  CHECK_FALSE(std::equal(image.row(2), image.row(2) + 3, image.row(0)));
}

TEST_CASE("frames that cannot be read are refused") {
  const std::array<std::uint16_t, 16> wide = {};
  const std::array<float, 16> floats = {};
  const std::array<std::uint8_t, 16> bytes = {};
  const auto is_refused = [](const auto& frame) {
    try {
      (void)to_image(frame);
    } catch (const Error& error) {
      return error.code() == ErrorCode::invalid_argument;
    }
    return false;
  };
  CHECK(is_refused(ImageView16{nullptr, 2, 2, 12}));
  CHECK(is_refused(ImageView16{wide.data(), 2, 2, 11}));
  CHECK(is_refused(ImageView16{wide.data(), 2, 2, 13}));
  CHECK(is_refused(ImageView16{wide.data(), 2, 2, 12, PixelFormat::rgb8, 17}));
  CHECK(is_refused(ImageViewFloat{floats.data(), 0, 2, 24}));
  CHECK(is_refused(ImageViewFloat{floats.data(), 1, 1, 12, PixelFormat::rgb8, 0.0F}));
  CHECK(is_refused(Nv12View{bytes.data(), nullptr, 2, 2, 2, 2}));
  CHECK(is_refused(Nv12View{bytes.data(), bytes.data(), 3, 2, 3, 3}));
  CHECK(is_refused(I420View{bytes.data(), bytes.data(), bytes.data(), 4, 2, 3, 2}));
}
