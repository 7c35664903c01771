#include <visionkit/preprocess/preprocess.hpp>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <visionkit/core/error.hpp>
#include <visionkit/image/io.hpp>

#include "support/files.hpp"
#include "support/instruction_sets.hpp"

namespace visionkit {
namespace {

Image random_image(Size size, PixelFormat format, unsigned seed = 1) {
  std::mt19937 random(seed);
  Image image(size, format);
  for (auto& byte : image.pixels()) byte = static_cast<std::uint8_t>(random());
  return image;
}

std::vector<std::uint8_t> bytes_of(const Tensor& tensor) {
  const auto* first = static_cast<const std::uint8_t*>(tensor.data());
  return {first, first + element_count(tensor.shape()) * size_of(tensor.dtype())};
}

PreprocessOptions classifier_options() {
  return {.resize = {.mode = ResizeMode::shorter_side, .side = 40},
          .crop = CropOptions{.size = {32, 32}},
          .mean = {0.485, 0.456, 0.406},
          .std = {0.229, 0.224, 0.225}};
}

PreprocessOptions detector_options() {
  return {.resize = {.mode = ResizeMode::letterbox, .size = {48, 48}, .interpolation = Interpolation::opencv_linear}};
}

std::string message_of(const PreprocessOptions& options) {
  try {
    check(options);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::invalid_option);
    return error.what();
  }
  return "accepted";
}

TEST_CASE("every channel order and layout puts each byte in its place") {
  Image image({2, 1}, PixelFormat::rgb8);
  const std::array<std::uint8_t, 6> pixels{10, 20, 30, 40, 50, 60};
  std::copy(pixels.begin(), pixels.end(), image.pixels().begin());
  struct Case {
    ChannelOrder order;
    TensorLayout layout;
    Shape shape;
    std::vector<std::uint8_t> expected;
  };
  const std::array cases{
      Case{ChannelOrder::rgb, TensorLayout::nchw, {1, 3, 1, 2}, {10, 40, 20, 50, 30, 60}},
      Case{ChannelOrder::bgr, TensorLayout::nchw, {1, 3, 1, 2}, {30, 60, 20, 50, 10, 40}},
      Case{ChannelOrder::rgb, TensorLayout::nhwc, {1, 1, 2, 3}, {10, 20, 30, 40, 50, 60}},
      Case{ChannelOrder::bgr, TensorLayout::nhwc, {1, 1, 2, 3}, {30, 20, 10, 60, 50, 40}},
      Case{ChannelOrder::gray, TensorLayout::nchw, {1, 1, 1, 2}, {18, 48}},
      Case{ChannelOrder::gray, TensorLayout::nhwc, {1, 1, 2, 1}, {18, 48}},
  };
  for (const auto& each : cases) {
    const PreprocessOptions options{
        .channel_order = each.order, .layout = each.layout, .dtype = DType::uint8, .scale = 1};
    for (const auto format : {PixelFormat::rgb8, PixelFormat::bgr8, PixelFormat::rgba8, PixelFormat::bgra8}) {
      CAPTURE(to_string(each.order));
      CAPTURE(to_string(each.layout));
      CAPTURE(to_string(format));
      const auto tensor = preprocess(convert(image, format), options).tensor;
      CHECK(tensor.shape() == each.shape);
      CHECK(bytes_of(tensor) == each.expected);
    }
  }
}

TEST_CASE("a gray picture fills all three channels") {
  const auto image = random_image({5, 3}, PixelFormat::gray8);
  const PreprocessOptions options{.dtype = DType::uint8, .scale = 1};
  const auto bytes = bytes_of(preprocess(image, options).tensor);
  const auto pixels = image.pixels();
  for (std::size_t plane = 0; plane < 3; ++plane) {
    CHECK(std::equal(pixels.begin(), pixels.end(), bytes.begin() + static_cast<std::ptrdiff_t>(plane * pixels.size())));
  }
}

// How many values are not those of the definition, rounded to float32 after each operation.
int count_wrong_values(const Image& image, const PreprocessOptions& options) {
  const auto tensor = preprocess(image, options).tensor;
  const auto pixels = image.pixels().size() / 3;
  int wrong = 0;
  for (std::size_t i = 0; i < pixels; ++i) {
    for (std::size_t channel = 0; channel < 3; ++channel) {
      const auto scaled = static_cast<float>(image.pixels()[i * 3 + channel] * options.scale);
      const float shifted = scaled - static_cast<float>(options.mean[channel]);
      const float expected = shifted / static_cast<float>(options.std[channel]);
      wrong +=
          std::bit_cast<std::uint32_t>(tensor.floats()[channel * pixels + i]) != std::bit_cast<std::uint32_t>(expected);
    }
  }
  return wrong;
}

TEST_CASE("normalization rounds to float32 after every step") {
  Image image({256, 1}, PixelFormat::rgb8);
  for (std::size_t i = 0; i < image.pixels().size(); ++i) image.pixels()[i] = static_cast<std::uint8_t>(i / 3);
  CHECK(count_wrong_values(image, {.mean = {0.485, 0.456, 0.406}, .std = {0.229, 0.224, 0.225}}) == 0);
  CHECK(count_wrong_values(image, {.scale = 1, .mean = {104, 117, 123}, .std = {1, 1, 1}}) == 0);
  CHECK(count_wrong_values(image, {.mean = {0, 0, 0}, .std = {1, -1, 0.5}}) == 0);
}

TEST_CASE("odd scales, means and deviations give the defined values at every width on every instruction set") {
  for (const auto target : test::instruction_sets()) {
    const test::InstructionSet chosen(target);
    std::mt19937 random(3);
    std::uniform_real_distribution<double> unit(-2, 2);
    for (int width = 1; width < 80; ++width) {
      PreprocessOptions options{.scale = width % 3 == 0 ? 1.0 : width % 3 == 1 ? 1 / 255.0 : std::exp(unit(random))};
      options.mean = {unit(random), unit(random), unit(random)};
      options.std = {unit(random), unit(random), std::exp(10 * unit(random))};
      INFO(hwy::TargetName(target), ", width ", width);
      CHECK(count_wrong_values(random_image({width, 2}, PixelFormat::rgb8, static_cast<unsigned>(width)), options) ==
            0);
    }
  }
}

TEST_CASE("bfloat16 is float32 rounded to nearest, halves to even") {
  auto options = classifier_options();
  const auto image = random_image({50, 60}, PixelFormat::rgb8);
  const auto floats = preprocess(image, options).tensor;
  options.dtype = DType::bfloat16;
  const auto tensor = preprocess(image, options).tensor;
  CHECK(tensor.dtype() == DType::bfloat16);
  const auto* halves = static_cast<const std::uint16_t*>(tensor.data());
  int different = 0;
  for (std::size_t i = 0; i < floats.floats().size(); ++i) {
    const float value = floats.floats()[i];
    const auto low = std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) & 0xFFFF0000U);
    const auto high = std::bit_cast<float>((std::bit_cast<std::uint32_t>(value) & 0xFFFF0000U) + 0x10000U);
    const double to_low = std::abs(double{value} - low);
    const double to_high = std::abs(double{value} - high);
    const auto low_bits = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(low) >> 16U);
    const bool takes_low = to_low < to_high || (to_low == to_high && low_bits % 2 == 0);
    different += halves[i] != (takes_low ? low_bits : static_cast<std::uint16_t>(low_bits + 1)) ? 1 : 0;
  }
  CHECK(different == 0);
}

TEST_CASE("a letterbox is filled around the picture and nowhere else") {
  auto options = detector_options();
  options.dtype = DType::uint8;
  options.scale = 1;
  options.layout = TensorLayout::nhwc;
  Image white({20, 10}, PixelFormat::rgb8);
  for (auto& byte : white.pixels()) byte = 255;
  const auto [tensor, transform] = preprocess(white, options);
  const auto bytes = bytes_of(tensor);
  const auto content = transform.content();
  CHECK(content == PixelRect{0, 12, 48, 24});
  for (int y = 0; y < 48; ++y) {
    const bool inside = y >= content.y && y < content.y + content.height;
    CHECK(bytes[static_cast<std::size_t>(y) * 48 * 3] == (inside ? 255 : 114));
  }
}

TEST_CASE("a crop larger than the picture is padded with zeros before normalization") {
  Image white({2, 2}, PixelFormat::rgb8);
  for (auto& byte : white.pixels()) byte = 255;
  const auto tensor = preprocess(white, {.crop = CropOptions{.size = {5, 3}}, .mean = {0.5}}).tensor;
  const std::array expected{-0.5F, 0.5F,  0.5F,  -0.5F, -0.5F,  //
                            -0.5F, 0.5F,  0.5F,  -0.5F, -0.5F,  //
                            -0.5F, -0.5F, -0.5F, -0.5F, -0.5F};
  CHECK(std::equal(expected.begin(), expected.end(), tensor.floats().begin()));
}

TEST_CASE("a view with padded rows gives what its packed copy gives") {
  const auto image = random_image({61, 47}, PixelFormat::bgr8);
  std::vector<std::uint8_t> memory(47 * 200, 77);
  for (int y = 0; y < 47; ++y) std::copy_n(image.row(y), 61 * 3, memory.data() + y * 200);
  const ImageView padded{memory.data(), 61, 47, 200, PixelFormat::bgr8};
  for (const auto& options : {classifier_options(), detector_options()}) {
    CHECK(bytes_of(preprocess(padded, options).tensor) == bytes_of(preprocess(image, options).tensor));
  }
}

TEST_CASE("a batch equals its pictures one by one, on any number of threads") {
  std::vector<Image> images;
  std::vector<ImageView> views;
  for (unsigned i = 0; i < 7; ++i) {
    images.push_back(random_image({30 + static_cast<int>(i) * 13, 90 - static_cast<int>(i) * 9}, PixelFormat::rgb8, i));
  }
  for (const auto& image : images) views.push_back(image);
  for (const auto& options : {classifier_options(), detector_options()}) {
    const Preprocessor preprocessor(options);
    std::vector<std::uint8_t> expected;
    for (const auto& view : views) {
      const auto one = bytes_of(preprocessor.run(view).tensor);
      expected.insert(expected.end(), one.begin(), one.end());
    }
    for (const int threads : {1, 2, 5, 64}) {
      CAPTURE(threads);
      const auto batch = preprocessor.run(views, {.threads = threads});
      CHECK(batch.tensor.shape()[0] == 7);
      CHECK(bytes_of(batch.tensor) == expected);
      CHECK(batch.transforms[3] == preprocessor.transform(views[3].size()));
    }
  }
}

TEST_CASE("the caller's memory receives the tensor") {
  const auto image = random_image({70, 50}, PixelFormat::rgb8);
  const Preprocessor preprocessor(classifier_options());
  std::vector<float> memory(3 * 32 * 32);
  const auto transform = preprocessor.run_into(image, std::as_writable_bytes(std::span(memory)));
  CHECK(transform == preprocessor.transform(image.size()));
  const auto tensor = preprocessor.run(image).tensor;
  CHECK(std::equal(memory.begin(), memory.end(), tensor.floats().begin()));
}

TEST_CASE("an encoded picture gives what its pixels give") {
  std::vector<std::vector<std::uint8_t>> files;
  std::vector<EncodedImage> encoded;
  std::vector<Image> images;
  std::vector<ImageView> views;
  for (const auto format : {ImageFormat::jpeg, ImageFormat::png}) {
    files.push_back(encode_image(random_image({67, 45}, PixelFormat::rgb8), {.format = format}));
    images.push_back(decode_image(files.back()));
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    encoded.emplace_back(files[i]);
    views.emplace_back(images[i]);
  }
  const Preprocessor preprocessor(classifier_options());
  for (std::size_t i = 0; i < files.size(); ++i) {
    CHECK(bytes_of(preprocessor.run_encoded(encoded[i]).tensor) == bytes_of(preprocessor.run(views[i]).tensor));
  }
  const auto expected = preprocessor.run(views);
  const auto batch = preprocessor.run_encoded(encoded, {}, {.threads = 2});
  CHECK(bytes_of(batch.tensor) == bytes_of(expected.tensor));
  CHECK(batch.transforms == expected.transforms);

  std::vector<float> memory(2 * 3 * 32 * 32);
  const auto input = std::as_writable_bytes(std::span(memory));
  CHECK(preprocessor.run_encoded_into(encoded, input) == expected.transforms);
  CHECK(std::equal(memory.begin(), memory.end(), expected.tensor.floats().begin()));
}

TEST_CASE("a damaged picture in a batch fails the batch with the reader's code") {
  const auto whole = encode_image(random_image({67, 45}, PixelFormat::rgb8), {.format = ImageFormat::jpeg});
  const EncodedImage cut(whole.data(), whole.size() / 2);
  const std::array<EncodedImage, 3> files{EncodedImage(whole), cut, EncodedImage(whole)};
  for (const int threads : {1, 3}) {
    CAPTURE(threads);
    try {
      (void)Preprocessor(classifier_options()).run_encoded(files, {}, {.threads = threads});
      FAIL_CHECK("accepted");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::image_truncated);
    }
  }
  CHECK_THROWS_AS((void)Preprocessor(classifier_options()).run_encoded(EncodedImage{}), Error);
}

TEST_CASE("torchvision's tensor of a stored picture comes out bit for bit") {
  const auto folder = test::data_folder() / "preprocess";
  const auto expected = test::read_npy(folder / "torchvision.npy");
  const auto tensor = preprocess(read_image((folder / "picture.png").string()),
                                 {.resize = {.mode = ResizeMode::shorter_side, .side = 64},
                                  .crop = CropOptions{.size = {48, 48}},
                                  .mean = {0.485, 0.456, 0.406},
                                  .std = {0.229, 0.224, 0.225}})
                          .tensor;
  CHECK(bytes_of(tensor) == expected.bytes);
}

TEST_CASE("memory of the wrong size or alignment is refused") {
  const auto image = random_image({70, 50}, PixelFormat::rgb8);
  const Preprocessor preprocessor(classifier_options());
  std::vector<float> memory(3 * 32 * 32 + 1);
  const auto bytes = std::as_writable_bytes(std::span(memory));
  CHECK_THROWS_WITH_AS(preprocessor.run_into(image, bytes),
                       "preprocessing into memory of 12292 bytes, expected 12288 for [1, 3, 32, 32] float32", Error);
  CHECK_THROWS_AS(preprocessor.run_into(image, bytes.subspan(1, 12288)), Error);
}

TEST_CASE("a batch whose inputs differ in size is refused with both sizes") {
  const auto small = random_image({10, 20}, PixelFormat::rgb8);
  const auto large = random_image({11, 20}, PixelFormat::rgb8);
  const std::array<ImageView, 2> views{small, large};
  CHECK_THROWS_WITH_AS(
      (void)Preprocessor(PreprocessOptions{}).run(views),
      "preprocessing a batch: image 0 becomes an input of 10x20 and image 1 one of 11x20, expected one size", Error);
  CHECK_THROWS_AS((void)Preprocessor(PreprocessOptions{}).run(std::span<const ImageView>{}), Error);
}

TEST_CASE("the input's size is known without a picture where it is the same for all") {
  CHECK(Preprocessor(classifier_options()).fixed_size() == Size{32, 32});
  CHECK(Preprocessor(detector_options()).fixed_size() == Size{48, 48});
  CHECK(!Preprocessor(PreprocessOptions{}).fixed_size());
  CHECK(!Preprocessor({.resize = {.mode = ResizeMode::longer_side, .side = 64}}).fixed_size());
  CHECK(Preprocessor(classifier_options()).input_shape({500, 375}) == Shape{1, 3, 32, 32});
}

TEST_CASE("an option out of range is refused with its name, its value and the range") {
  const auto with = [](auto change) {
    auto options = classifier_options();
    change(options);
    return message_of(options);
  };
  const auto nan = std::numeric_limits<double>::quiet_NaN();
  using Options = PreprocessOptions;
  CHECK(message_of(classifier_options()) == "accepted");
  CHECK(message_of(detector_options()) == "accepted");
  CHECK(with([](Options& o) { o.resize.side = 0; }) == "resize.side is 0, expected 1..65535");
  CHECK(with([](Options& o) { o.resize.side = -5; }) == "resize.side is -5, expected 1..65535");
  CHECK(with([](Options& o) { o.resize.side = 1'000'000; }) == "resize.side is 1000000, expected 1..65535");
  CHECK(with([](Options& o) { o.resize.max_side = 40; }) ==
        "resize.max_side is 40, expected 0 or 41..65535 (above resize.side)");
  CHECK(with([](Options& o) { o.crop->size = {224, 0}; }) == "crop.size is 224x0, expected sides of 1..65535");
  CHECK(with([](Options& o) { o.std = {1, 0, 1}; }) == "std[1] is 0, expected a finite number other than 0");
  CHECK(with([](Options& o) { o.std = {1, 1, 1e-60}; }) == "std[2] is 1e-60, expected a finite number other than 0");
  CHECK(with([&](Options& o) { o.mean = {nan}; }) == "mean[0] is nan, expected a finite number");
  CHECK(with([](Options& o) { o.mean = {1, 2}; }) == "mean has 2 values, expected 1 or 3");
  CHECK(with([](Options& o) { o.channel_order = ChannelOrder::gray; }) == "mean has 3 values, expected 1");
  CHECK(with([](Options& o) { o.std = {}; }) == "std has 0 values, expected 1 or 3");
  CHECK(with([](Options& o) { o.scale = 0; }) == "scale is 0, expected a finite number above 0");
  CHECK(with([](Options& o) { o.dtype = DType::int64; }) == "dtype is int64, expected float32, bfloat16 or uint8");
  CHECK(with([](Options& o) { o.dtype = DType::uint8; }) ==
        "dtype is uint8 with normalization; expected scale 1, mean 0 and std 1");
  CHECK(with([](Options& o) { o.resize.mode = static_cast<ResizeMode>(99); }) ==
        "resize.mode is 99, expected one of none, stretch, shorter_side, longer_side, letterbox");
  CHECK(with([](Options& o) {
          o.resize.interpolation = Interpolation::torch_bilinear;
          o.scale = 1;
        }) == "scale is 1, expected 1/255 with resize.interpolation torch.bilinear");
}

TEST_CASE("options that contradict each other are refused") {
  CHECK(message_of({.resize = {.mode = ResizeMode::stretch, .size = {8, 8}, .side = 4}}) ==
        "resize.side is 4, expected 0 with resize.mode stretch; it belongs to shorter_side and longer_side");
  CHECK(message_of({.resize = {.mode = ResizeMode::shorter_side, .size = {8, 8}, .side = 4}}) ==
        "resize.size is 8x8, expected 0x0 with resize.mode shorter_side; it belongs to stretch and letterbox");
  CHECK(message_of({.resize = {.mode = ResizeMode::stretch, .size = {8, 8}, .letterbox = {.fill = 0}}}) ==
        "resize.letterbox is set with resize.mode stretch; expected its defaults or mode letterbox");
  CHECK(message_of({.resize = {.mode = ResizeMode::longer_side, .side = 4, .max_side = 8}}) ==
        "resize.max_side is 8, expected 0 with resize.mode longer_side; it belongs to shorter_side");
  auto options = detector_options();
  options.crop = CropOptions{.size = {8, 8}};
  CHECK(message_of(options) == "crop is set with resize.mode letterbox; expected one of the two");
}

TEST_CASE("a picture that the options make impossible is refused") {
  const Preprocessor letterbox(detector_options());
  CHECK_THROWS_AS((void)letterbox.transform({1, 5000}), Error);
  CHECK_THROWS_AS((void)letterbox.transform({0, 10}), Error);
  CHECK_THROWS_AS((void)letterbox.run(ImageView{}), Error);
  const auto line = random_image({1, 5000}, PixelFormat::gray8);
  CHECK_THROWS_WITH_AS((void)letterbox.run(line), "resizing 1x5000 gives 0x48, expected sides of 1..16777216", Error);
}

TEST_CASE("the threads of a batch are refused out of range") {
  const auto image = random_image({10, 10}, PixelFormat::rgb8);
  const std::array<ImageView, 1> views{image};
  for (const int threads : {0, -1, 1'000'000}) {
    CHECK_THROWS_AS((void)Preprocessor(PreprocessOptions{}).run(views, {.threads = threads}), Error);
  }
}

TEST_CASE("names of enumerators lead there and back, and an unknown one is answered with the known ones") {
  for (const auto mode : {ResizeMode::none, ResizeMode::stretch, ResizeMode::shorter_side, ResizeMode::longer_side,
                          ResizeMode::letterbox}) {
    CHECK(resize_mode_from_string(to_string(mode)) == mode);
  }
  for (const auto order : {ChannelOrder::rgb, ChannelOrder::bgr, ChannelOrder::gray}) {
    CHECK(channel_order_from_string(to_string(order)) == order);
  }
  CHECK(rounding_from_string("half_even") == Rounding::half_even);
  CHECK(letterbox_anchor_from_string("top_left") == LetterboxAnchor::top_left);
  CHECK(box_mapping_from_string("unrounded_padding") == BoxMapping::unrounded_padding);
  CHECK(tensor_layout_from_string("nhwc") == TensorLayout::nhwc);
  CHECK_THROWS_WITH_AS((void)channel_order_from_string("RGB"),
                       "\"RGB\" is no channel order, expected one of rgb, bgr, gray", Error);
}

}  // namespace
}  // namespace visionkit
