#include <visionkit/preprocess/resize.hpp>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <visionkit/core/error.hpp>

#include "preprocess/resize.hpp"
#include "support/instruction_sets.hpp"

namespace visionkit {
namespace {

constexpr PixelFormat formats[] = {PixelFormat::gray8, PixelFormat::rgb8, PixelFormat::rgba8};

Image noise(Size size, PixelFormat format, unsigned seed = 1) {
  Image image(size, format);
  std::mt19937 random(seed);
  for (auto& value : image.pixels()) value = static_cast<std::uint8_t>(random());
  return image;
}

// Sizes that shrink, enlarge, and keep one side; very small ones, and one row longer than every vector.
struct Sizes {
  Size from;
  Size to;
};
const std::vector<Sizes> sizes = {{{1, 1}, {5, 4}},      {{2, 3}, {1, 1}},       {{3, 2}, {9, 9}},
                                  {{7, 5}, {7, 2}},      {{40, 31}, {13, 31}},   {{64, 48}, {32, 24}},
                                  {{129, 97}, {50, 60}}, {{97, 60}, {211, 100}}, {{300, 20}, {17, 5}},
                                  {{5, 200}, {3, 9}},    {{101, 99}, {99, 101}}};

using test::instruction_sets;
using test::InstructionSet;

TEST_CASE("every instruction set gives the same bytes") {
  CHECK(instruction_sets().size() >= 2);
  for (const auto interpolation : interpolations()) {
    for (const auto format : formats) {
      for (const auto& each : sizes) {
        const Size from = each.from;
        const Size to = each.to;
        const auto image = noise(from, format);
        const auto expected = resize(image, to, interpolation);
        for (const auto target : instruction_sets()) {
          const InstructionSet chosen(target);
          INFO(to_string(interpolation), " ", to_string(from), " to ", to_string(to), " on ", hwy::TargetName(target));
          CHECK(resize(image, to, interpolation) == expected);
        }
      }
    }
  }
}

TEST_CASE("a window is that part of the whole") {
  for (const auto interpolation : interpolations()) {
    for (const auto format : formats) {
      for (const auto& each : sizes) {
        const Size from = each.from;
        const Size to = each.to;
        const auto image = noise(from, format);
        const auto whole = resize(image, to, interpolation);
        const PixelRect window{to.width / 3, to.height / 4, (to.width + 1) / 2, (to.height + 1) / 2};
        constexpr std::ptrdiff_t padding = 3;
        const auto row_bytes = std::ptrdiff_t{window.width} * channels(format);
        std::vector<std::uint8_t> part(static_cast<std::size_t>((row_bytes + padding) * window.height), 77);
        resize_into(PartialImage(image), {to, window, interpolation}, part.data(), row_bytes + padding);
        bool same = true;
        for (int y = 0; y < window.height; ++y) {
          const auto* row = part.data() + y * (row_bytes + padding);
          same = same && std::equal(row, row + row_bytes, whole.row(window.y + y) + window.x * channels(format)) &&
                 std::all_of(row + row_bytes, row + row_bytes + padding, [](auto byte) { return byte == 77; });
        }
        INFO(to_string(interpolation), " ", to_string(format), " ", to_string(from), " to ", to_string(to));
        CHECK(same);
      }
    }
  }
}

TEST_CASE("rows with padding, and nothing after the last row is needed") {
  for (const auto interpolation : interpolations()) {
    const auto image = noise({21, 13}, PixelFormat::rgb8);
    const std::size_t stride = 70;
    std::vector<std::uint8_t> padded(stride * 12 + 63);  // the last row ends with its last pixel
    for (int y = 0; y < 13; ++y) std::copy_n(image.row(y), 63, padded.data() + stride * static_cast<std::size_t>(y));
    const ImageView view{padded.data(), 21, 13, static_cast<std::ptrdiff_t>(stride), PixelFormat::rgb8};
    CHECK(resize(view, {10, 7}, interpolation) == resize(image, {10, 7}, interpolation));
  }
}

TEST_CASE("what is computed here for OpenCV is what cv::resize computes") {
  std::mt19937 random(7);
  const auto side = [&] { return static_cast<int>(1 + random() % (random() % 2 == 0 ? 20 : 300)); };
  for (int i = 0; i < 200; ++i) {
    const auto image = noise({side(), side()}, formats[i % 3], static_cast<unsigned>(random()));
    const Size to = i % 10 == 0 ? Size{(image.width() + 1) / 2, (image.height() + 1) / 2} : Size{side(), side()};
    const int type = CV_MAKETYPE(CV_8U, channels(image.format()));
    const cv::Mat from(image.height(), image.width(), type, const_cast<std::uint8_t*>(image.pixels().data()));
    for (const auto interpolation : {Interpolation::opencv_linear, Interpolation::opencv_nearest}) {
      const int flag = interpolation == Interpolation::opencv_linear ? cv::INTER_LINEAR : cv::INTER_NEAREST;
      cv::Mat expected;
      cv::resize(from, expected, cv::Size(to.width, to.height), 0, 0, flag);
      const auto found = resize(image, to, interpolation);
      INFO(to_string(interpolation), " ", to_string(image.size()), " to ", to_string(to));
      CHECK(std::equal(found.pixels().begin(), found.pixels().end(), expected.data));
    }
  }
}

TEST_CASE("a picture in its own size is a copy, whatever the interpolation") {
  for (const auto interpolation : interpolations()) {
    const auto image = noise({33, 21}, PixelFormat::rgba8);
    CHECK(resize(image, image.size(), interpolation) == image);
  }
}

TEST_CASE("a picture of one color keeps it") {
  Image image({37, 53}, PixelFormat::rgb8);
  std::fill(image.pixels().begin(), image.pixels().end(), std::uint8_t{201});
  for (const auto interpolation : interpolations()) {
    for (const Size to : {Size{11, 7}, Size{90, 61}, Size{1, 1}}) {
      const auto result = resize(image, to, interpolation);
      INFO(to_string(interpolation), " to ", to_string(to));
      CHECK(std::all_of(result.pixels().begin(), result.pixels().end(), [](auto value) { return value == 201; }));
    }
  }
}

TEST_CASE("BGR pictures are resized as RGB ones") {
  const auto image = noise({40, 30}, PixelFormat::rgba8);
  for (const auto interpolation : interpolations()) {
    const auto expected = convert(resize(image, {17, 19}, interpolation), PixelFormat::bgra8);
    CHECK(resize(convert(image, PixelFormat::bgra8), {17, 19}, interpolation) == expected);
  }
}

TEST_CASE("color without opacity does not bleed with Pillow's filters") {
  Image image({2, 1}, PixelFormat::rgba8);
  const std::uint8_t pixels[] = {255, 0, 0, 0, 0, 200, 0, 255};  // transparent red, opaque green
  std::copy(std::begin(pixels), std::end(pixels), image.row(0));
  const auto result = resize(image, {1, 1}, Interpolation::pillow_box);
  CHECK(result.row(0)[0] == 0);
  CHECK(result.row(0)[1] == 199);  // 100 of alpha 128: 255 * 100 / 128
  CHECK(result.row(0)[3] == 128);
}

TEST_CASE("the region that covers the picture changes nothing, half of it equals the half") {
  const auto image = noise({40, 30}, PixelFormat::rgb8);
  CHECK(resize(image, Box{0, 0, 40, 30}, {11, 12}, Interpolation::pillow_bicubic) ==
        resize(image, {11, 12}, Interpolation::pillow_bicubic));
  const ImageView left{image.row(0), 20, 30, image.stride(), PixelFormat::rgb8};
  CHECK(resize(image, Box{0, 0, 20, 30}, {20, 30}, Interpolation::pillow_nearest) == Image(left));
}

TEST_CASE("torch's floats: a batch of planes equals its planes") {
  std::vector<float> values(2 * 3 * 8 * 10);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i * 37 % 101);
  const Tensor batch({2, 3, 8, 10}, values);
  for (const auto interpolation : {Interpolation::torch_bilinear, Interpolation::torch_bicubic_antialias}) {
    const auto whole = resize(batch.view(), {7, 5}, interpolation);
    CHECK(whole.shape() == Shape{2, 3, 5, 7});
    for (std::size_t plane = 0; plane < 6; ++plane) {
      const Tensor one({8, 10}, {values.begin() + static_cast<std::ptrdiff_t>(80 * plane),
                                 values.begin() + static_cast<std::ptrdiff_t>(80 * plane + 80)});
      const auto part = resize(one.view(), {7, 5}, interpolation);
      CHECK(std::equal(part.floats().begin(), part.floats().end(),
                       whole.floats().begin() + static_cast<std::ptrdiff_t>(35 * plane)));
    }
  }
}

TEST_CASE("pictures resized as floats between 0 and 1 are the resized tensor of them") {
  const auto image = noise({23, 17}, PixelFormat::rgb8);
  std::vector<float> planes(image.pixels().size());
  for (std::size_t i = 0; i < planes.size(); ++i)
    planes[i % 3 * 23 * 17 + i / 3] = static_cast<float>(image.pixels()[i]) / 255.0F;
  const Tensor tensor({3, 17, 23}, planes);
  const auto expected = resize(tensor.view(), {9, 11}, Interpolation::torch_bilinear_antialias);
  std::vector<float> found(3 * 9 * 11);
  resize_unit_floats(PartialImage(image), {{9, 11}, {0, 0, 9, 11}, Interpolation::torch_bilinear_antialias},
                     found.data());
  CHECK(std::equal(found.begin(), found.end(), expected.floats().begin()));
}

TEST_CASE("threads do not share their scratch memory") {
  std::vector<std::thread> threads;
  std::vector<int> equal(4, 0);
  for (std::size_t i = 0; i < equal.size(); ++i) {
    threads.emplace_back([&equal, i] {
      const auto image = noise({60 + static_cast<int>(i), 40}, formats[i % 3], static_cast<unsigned>(i));
      const auto expected = resize(image, {21, 23}, Interpolation::pillow_lanczos);
      for (int k = 0; k < 20; ++k)
        equal[i] += resize(image, {21, 23}, Interpolation::pillow_lanczos) == expected ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(equal == std::vector<int>(4, 20));
}

TEST_CASE("names of interpolations lead back to them") {
  CHECK(interpolations().size() == 19);
  for (const auto interpolation : interpolations())
    CHECK(interpolation_from_string(to_string(interpolation)) == interpolation);
  CHECK(to_string(Interpolation::torch_bilinear_antialias) == "torch.bilinear_antialias");
}

template <class Call>
std::string message_of(ErrorCode code, Call call) {
  try {
    call();
  } catch (const Error& error) {
    CHECK(error.code() == code);
    return error.what();
  }
  return "no error";
}

TEST_CASE("what cannot be done is refused with what is accepted") {
  const auto image = noise({4, 4}, PixelFormat::rgb8);
  const Tensor tensor({4, 4, 3}, std::vector<float>(48));
  const auto filter = Interpolation::pillow_bilinear;
  CHECK(message_of(ErrorCode::invalid_option, [] { (void)interpolation_from_string("pilow.bilinear"); }) ==
        "interpolation is \"pilow.bilinear\", which is not known; the nearest name is \"pillow.bilinear\"");
  CHECK(message_of(ErrorCode::invalid_option, [&] {
          (void)resize(image, {0, 5}, filter);
        }) == "the size to resize to is 0x5, expected 1..65535 for both sides");
  CHECK(message_of(ErrorCode::invalid_option, [&] { (void)resize(image, {65536, 5}, filter); }) != "no error");
  CHECK(message_of(ErrorCode::invalid_argument, [&] { (void)resize(ImageView{}, {5, 5}, filter); }) != "no error");
  CHECK(message_of(ErrorCode::invalid_option, [&] {
          (void)resize(image, {5, 5}, static_cast<Interpolation>(99));
        }) == "interpolation is 99, expected an enumerator of Interpolation");
  for (const Box& box : {Box{0, 0, 5, 4}, Box{1, 1, 1, 3}, Box{-1, 0, 2, 2}, Box{0, 0, std::nanf(""), 2}}) {
    CHECK(message_of(ErrorCode::invalid_option, [&] { (void)resize(image, box, {5, 5}, filter); }) != "no error");
  }
  CHECK(message_of(ErrorCode::invalid_option, [&] {
          (void)resize(image, Box{0, 0, 2, 2}, {5, 5}, Interpolation::opencv_area);
        }) != "no error");
  CHECK(message_of(ErrorCode::invalid_option, [&] { (void)resize(tensor.view(), {5, 5}, filter); }) != "no error");
  CHECK(message_of(ErrorCode::shape, [] {
          const Tensor line({4}, std::vector<float>(4));
          (void)resize(line.view(), {5, 5}, Interpolation::torch_bilinear);
        }) != "no error");
  CHECK(message_of(ErrorCode::dtype, [] {
          const std::uint8_t bytes[4] = {};
          (void)resize(TensorView{DType::uint8, {2, 2}, bytes}, {5, 5}, Interpolation::torch_bilinear);
        }) != "no error");
}

}  // namespace
}  // namespace visionkit
