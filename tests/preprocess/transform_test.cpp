#include <visionkit/preprocess/transform.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

#include <doctest/doctest.h>

#include <visionkit/core/error.hpp>
#include <visionkit/preprocess/preprocess.hpp>

namespace visionkit {
namespace {

AppliedTransform letterboxed(Size image, Size model, LetterboxOptions letterbox = {}) {
  return Preprocessor({.resize = {.mode = ResizeMode::letterbox, .size = model, .letterbox = letterbox}})
      .transform(image);
}

AppliedTransform center_cropped(Size image, int side, Size crop) {
  return Preprocessor({.resize = {.mode = ResizeMode::shorter_side, .side = side}, .crop = CropOptions{.size = crop}})
      .transform(image);
}

TEST_CASE("a letterbox maps the whole image to the whole content") {
  const auto transform = letterboxed({1280, 720}, {640, 640});
  CHECK(transform.content() == PixelRect{0, 140, 640, 360});
  CHECK(transform.to_model(Box{0, 0, 1280, 720}) == ModelBox{0, 140, 640, 500});
  CHECK(transform.to_image(ModelBox{0, 140, 640, 500}) == Box{0, 0, 1280, 720});
}

TEST_CASE("a center crop maps its corners to the input's corners") {
  const auto transform = center_cropped({500, 375}, 256, {224, 224});
  CHECK(transform.geometry().resized_size == Size{341, 256});
  CHECK(transform.geometry().window == PixelRect{58, 16, 224, 224});
  const auto seen = transform.to_image(ModelBox{0, 0, 224, 224});
  CHECK(seen.x1 == doctest::Approx(58 * 500 / 341.0));
  CHECK(seen.y1 == doctest::Approx(16 * 375 / 256.0));
  CHECK(seen.x2 == doctest::Approx((58 + 224) * 500 / 341.0));
  CHECK(seen.y2 == doctest::Approx((16 + 224) * 375 / 256.0));
}

TEST_CASE("only the clipping function clips") {
  const auto transform = letterboxed({100, 50}, {64, 64});
  const ModelBox everything{0, 0, 64, 64};
  CHECK(transform.to_image(everything) == Box{0, -25, 100, 75});
  CHECK(transform.to_image_clipped(everything) == Box{0, 0, 100, 50});
}

TEST_CASE("the two Ultralytics rules differ by the fraction of the padding") {
  // 333 x 500 into 64 x 64: the gain is 0.128, the exact width 42.624, half of what is left 10.688, rounded 11.
  const ModelPoint corner{11, 0};
  CHECK(letterboxed({333, 500}, {64, 64}).to_image(corner) == Point{0, 0});
  const auto unrounded = letterboxed({333, 500}, {64, 64}, {.box_mapping = BoxMapping::unrounded_padding});
  CHECK(unrounded.to_image(corner).x == doctest::Approx((11 - 10.688) / 0.128));
}

TEST_CASE("the exact mapping follows the pixels on each axis") {
  // 640 x 426 into 416 x 416, sizes truncated: 416 x 276 pixels, 70 rows of filling above.
  const auto transform =
      letterboxed({640, 426}, {416, 416}, {.size_rounding = Rounding::truncate, .box_mapping = BoxMapping::exact});
  CHECK(transform.to_image(ModelPoint{0, 70}) == Point{0, 0});
  CHECK(transform.to_image(ModelPoint{416, 70 + 276}) == Point{640, 426});
}

TEST_CASE("a mask goes to the network's input and back") {
  // 40 x 20 into 20 x 20: halved, five rows of filling above and below.
  const auto transform = letterboxed({40, 20}, {20, 20});
  Image mask({40, 20}, PixelFormat::gray8);
  for (int y = 4; y < 12; ++y) {
    for (int x = 10; x < 30; ++x) mask.row(y)[x] = 7;
  }
  const auto seen = transform.mask_to_model(mask);
  CHECK(seen.size() == Size{20, 20});
  CHECK(std::count(seen.pixels().begin(), seen.pixels().end(), 7) == 10 * 4);
  CHECK(int{seen.row(7)[5]} == 7);
  CHECK(int{seen.row(6)[5]} == 0);
  CHECK(transform.mask_to_image(seen) == mask);
  CHECK_THROWS_AS((void)transform.mask_to_image(mask), Error);
}

TEST_CASE("every orientation maps stored corners to where the upright picture shows them") {
  // A stored picture of 40 x 30 with one marked pixel at column 3, row 5; where it lies upright, by hand.
  struct Case {
    int orientation;
    Size upright;
    ModelBox marked;
  };
  const std::array cases{
      Case{1, {40, 30}, {3, 5, 4, 6}},     Case{2, {40, 30}, {36, 5, 37, 6}}, Case{3, {40, 30}, {36, 24, 37, 25}},
      Case{4, {40, 30}, {3, 24, 4, 25}},   Case{5, {30, 40}, {5, 3, 6, 4}},   Case{6, {30, 40}, {24, 3, 25, 4}},
      Case{7, {30, 40}, {24, 36, 25, 37}}, Case{8, {30, 40}, {5, 36, 6, 37}},
  };
  for (const auto& each : cases) {
    CAPTURE(each.orientation);
    const auto transform = Preprocessor(PreprocessOptions{}).transform(each.upright).with_orientation(each.orientation);
    CHECK(transform.image_size() == Size{40, 30});
    CHECK(transform.to_model(Box{3, 5, 4, 6}) == each.marked);
    CHECK(transform.to_image(each.marked) == Box{3, 5, 4, 6});
  }
  for (const int orientation : {-1, 0, 9})
    CHECK_THROWS_AS((void)AppliedTransform().with_orientation(orientation), Error);
}

TEST_CASE("there and back stays within a thousandth of a pixel for 200,000 random sizes") {
  std::mt19937 random(4);  // NOLINT(cert-msc51-cpp): the same cases every time
  const auto side = [&](int low, int high) {
    return static_cast<int>(std::exp(std::uniform_real_distribution<double>(std::log(low), std::log(high))(random)));
  };
  std::uniform_real_distribution<float> unit(0, 1);
  double worst = 0;
  int impossible = 0;
  for (int i = 0; i < 200'000; ++i) {
    const Size image{side(16, 4096), side(16, 4096)};
    const int width = side(64, 1281);
    const Size model{width, side(std::max(32, width / 2), 2 * width)};
    const auto orientation = 1 + i % 8;
    const auto mapping = i % 2 == 0 ? BoxMapping::rounded_padding : BoxMapping::unrounded_padding;
    AppliedTransform transform;
    try {
      transform = i % 3 == 0 ? letterboxed(image, model, {.box_mapping = mapping})
                  : i % 3 == 1
                      ? center_cropped(image, model.width, {model.width, model.width})
                      : Preprocessor({.resize = {.mode = ResizeMode::stretch, .size = model}}).transform(image);
    } catch (const Error&) {
      ++impossible;  // a side of less than one pixel
      continue;
    }
    // A point that the network sees, so that its model coordinates have the resolution of the model's size.
    const auto content = transform.content();
    const ModelPoint seen{static_cast<float>(content.x) + unit(random) * static_cast<float>(content.width),
                          static_cast<float>(content.y) + unit(random) * static_cast<float>(content.height)};
    transform = transform.with_orientation(orientation);
    const auto point = transform.to_image(seen);
    const auto back = transform.to_image(transform.to_model(point));
    worst = std::max({worst, std::abs(double{back.x} - point.x), std::abs(double{back.y} - point.y)});
  }
  CHECK(worst < 1e-3);
  CHECK(impossible < 1000);
}

}  // namespace
}  // namespace visionkit
