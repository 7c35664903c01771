// Encoded pictures, of which only what the network sees is decoded, against decoding all and preprocessing that.
#include <visionkit/preprocess/preprocess.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include <doctest/doctest.h>

#include <visionkit/core/error.hpp>
#include <visionkit/image/io.hpp>

#include "preprocess/resize.hpp"

namespace visionkit {
namespace {

using ByteVector = std::vector<std::uint8_t>;

Image noise(Size size, PixelFormat format) {
  std::mt19937 random(1);
  Image image(size, format);
  for (auto& byte : image.pixels()) byte = static_cast<std::uint8_t>(random());
  return image;
}

ByteVector encoded(Size size, ImageFormat format, PixelFormat pixels = PixelFormat::rgb8) {
  return encode_image(noise(size, pixels), {.format = format});
}

bool is_equal(const Tensor& a, const Tensor& b) {
  const auto bytes = element_count(a.shape()) * size_of(a.dtype());
  const auto* first = static_cast<const std::uint8_t*>(a.data());
  return a.shape() == b.shape() && std::equal(first, first + bytes, static_cast<const std::uint8_t*>(b.data()));
}

template <class Call>
std::optional<ErrorCode> error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code();
  }
  return std::nullopt;
}

constexpr Size sizes[] = {{200, 60}, {60, 200}, {181, 97}, {64, 64}, {17, 130}, {5, 5}, {300, 211}};

PreprocessOptions cropped(Interpolation interpolation, int side, Size crop) {
  return {.resize = {.mode = ResizeMode::shorter_side, .side = side, .interpolation = interpolation},
          .crop = CropOptions{.size = crop}};
}

}  // namespace

TEST_CASE("preprocessing bytes gives the tensor of decoding everything first") {
  std::vector<PreprocessOptions> all;
  for (const auto interpolation : interpolations()) {
    all.push_back(cropped(interpolation, 40, {32, 32}));
    all.push_back(cropped(interpolation, 7, {3, 5}));
    all.push_back(cropped(interpolation, 97, {20, 90}));  // also larger than some pictures
  }
  all.push_back({.crop = CropOptions{.size = {30, 41}}});
  all.push_back({.crop = CropOptions{.size = {30, 41}}, .channel_order = ChannelOrder::gray});
  all.push_back({.resize = {.mode = ResizeMode::letterbox, .size = {48, 48}}});
  auto bytes_to_bytes = cropped(Interpolation::torch_bicubic_antialias, 40, {32, 32});
  bytes_to_bytes.dtype = DType::uint8;
  bytes_to_bytes.scale = 1;
  all.push_back(bytes_to_bytes);
  for (const auto size : sizes) {
    for (const auto& bytes : {encoded(size, ImageFormat::jpeg), encoded(size, ImageFormat::jpeg, PixelFormat::gray8),
                              encoded(size, ImageFormat::png, PixelFormat::rgba8)}) {
      for (const auto format : {PixelFormat::rgb8, PixelFormat::bgra8, PixelFormat::gray8}) {
        const ReadOptions read{.format = format};
        const auto image = decode_image(bytes, read);
        for (const auto& options : all) {
          CAPTURE(to_string(size));
          CAPTURE(to_string(format));
          CAPTURE(to_string(options.resize.interpolation));
          const Preprocessor preprocessor(options);
          const auto found = preprocessor.run_encoded(bytes, read);
          const auto expected = preprocessor.run(image);
          CHECK(is_equal(found.tensor, expected.tensor));
          CHECK(found.transform.geometry() == expected.transform.geometry());
        }
      }
    }
  }
}

TEST_CASE("damage that the crop leaves out is reported, and lenient reading gives the same pixels") {
  const auto good = encoded({400, 400}, ImageFormat::jpeg);
  const Preprocessor preprocessor({.crop = CropOptions{.size = {20, 20}}});
  const auto ended_at = [&](std::size_t tenth) {
    auto bytes = good;
    const std::uint8_t end_of_image[] = {0xFF, 0xD9};
    std::ranges::copy(end_of_image, bytes.begin() + static_cast<std::ptrdiff_t>(good.size() * tenth / 10));
    return bytes;
  };
  auto cut = good;
  cut.resize(good.size() * 9 / 10);
  for (const auto& bytes : {ended_at(1), ended_at(9), cut}) {
    const auto expected = error_of([&] { (void)decode_image(bytes); });
    CHECK(expected.has_value());
    CHECK(error_of([&] { (void)preprocessor.run_encoded(bytes); }) == expected);
    const ReadOptions lenient{.strictness = Strictness::lenient};
    CHECK(is_equal(preprocessor.run_encoded(bytes, lenient).tensor,
                   preprocessor.run(decode_image(bytes, lenient)).tensor));
  }
}

TEST_CASE("resizing reads nothing beside the part that it asks for") {
  for (const auto interpolation : interpolations()) {
    for (const auto format : {PixelFormat::gray8, PixelFormat::rgb8, PixelFormat::rgba8}) {
      for (const auto from : sizes) {
        for (const Size to : {Size{40, 41}, Size{3, 90}, Size{131, 7}, Size{100, 30}, Size{250, 250}, Size{150, 106}}) {
          CAPTURE(to_string(interpolation));
          CAPTURE(to_string(format));
          CAPTURE(to_string(from));
          CAPTURE(to_string(to));
          const auto image = noise(from, format);
          const ResizeRequest request{
              to, {to.width / 3, to.height / 4, (to.width + 2) / 3, (to.height + 2) / 3}, interpolation};
          const auto part = needed_part(from, request);
          // In memory of just its size, so that AddressSanitizer sees a step outside.
          const auto step = static_cast<std::ptrdiff_t>(channels(format));
          ByteVector pixels;
          for (int y = part.y; y < part.y + part.size.height; ++y) {
            const auto* first = image.row(y) + part.x * step;
            pixels.insert(pixels.end(), first, first + part.size.width * step);
          }
          const PartialImage partial({pixels.data(), part.size.width, part.size.height, part.size.width * step, format},
                                     from, part);
          const auto stride = request.window.width * step;
          ByteVector found(static_cast<std::size_t>(stride * request.window.height));
          auto expected = found;
          resize_into(partial, request, found.data(), stride);
          resize_into(PartialImage(image), request, expected.data(), stride);
          CHECK(found == expected);
        }
      }
    }
  }
}

}  // namespace visionkit
