#include <visionkit/image/mask_io.hpp>

#include <filesystem>
#include <vector>

#include <doctest/doctest.h>

#include <visionkit/core/error.hpp>

#include "image/encoded.hpp"
#include "support/files.hpp"
#include "support/refusal.hpp"

namespace visionkit {
namespace {

using test::ByteVector;
using test::code_of;

constexpr int gray = 0;
constexpr int rgb = 2;
constexpr int palette = 3;
constexpr int gray_alpha = 4;

const ByteVector two_colours = test::make_png_chunk("PLTE", {0, 0, 0, 128, 0, 0});

TEST_CASE("a mask comes back from a PNG of one bit and of eight") {
  const Size size = {19, 7};
  ByteVector pixels(19 * 7);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = i % 5 == 1 || i % 7 == 3 ? 1 : 0;
  const auto mask = Mask::from_dense(pixels, size);
  for (const auto stored : {MaskPixels::one_bit, MaskPixels::eight_bits}) {
    const auto bytes = encode_mask(mask, {.pixels = stored});
    CHECK(decode_mask(bytes) == mask);
    CHECK(decode_mask(bytes, {.size = size}) == mask);
    const auto image = decode_image(bytes, {.format = PixelFormat::gray8});
    for (std::size_t i = 0; i < pixels.size(); ++i) CHECK(image.pixels()[i] == (pixels[i] != 0 ? 255 : 0));
  }
  CHECK(encode_mask(mask)[24] == 1);
}

TEST_CASE("every value but 0 belongs to a mask, of 1, 2, 4 and 8 bits") {
  CHECK(decode_mask(test::make_png(3, 1, 1, gray, {0b0100'0000})) == Mask::from_runs({1, 1, 1}, {3, 1}));
  CHECK(decode_mask(test::make_png(3, 1, 2, gray, {0b0001'1100})) == Mask::from_runs({1, 2}, {3, 1}));
  CHECK(decode_mask(test::make_png(3, 1, 4, gray, {0x0F, 0x10})) == Mask::from_runs({1, 2}, {3, 1}));
  CHECK(decode_mask(test::make_png(3, 1, 8, gray, {0, 1, 255})) == Mask::from_runs({1, 2}, {3, 1}));
}

TEST_CASE("palette indices are refused unless they are asked for") {
  const auto bytes = test::make_png(4, 1, 1, palette, {0b0110'0000}, {two_colours});
  CHECK(code_of([&] { (void)decode_mask(bytes); }) == ErrorCode::dataset_schema);
  CHECK(code_of([&] { (void)decode_label_map(bytes); }) == ErrorCode::dataset_schema);
  CHECK(decode_mask(bytes, {.palette = PaletteRule::use_indices}) == Mask::from_runs({1, 2, 1}, {4, 1}));
  CHECK(decode_label_map(bytes, {.file = {.palette = PaletteRule::use_indices}}) ==
        LabelMap(ByteVector{0, 1, 1, 0}, {4, 1}));
}

TEST_CASE("a label map comes back with its ids, of 8 and of 16 bits") {
  const LabelMap narrow(ByteVector{0, 1, 2, 254, 255, 7}, {3, 2});
  CHECK(decode_label_map(encode_label_map(narrow)) == narrow);
  const LabelMap wide(std::vector<std::uint16_t>{0, 1, 256, 65534, 65535, 0x1234}, {2, 3});
  const auto bytes = encode_label_map(wide);
  CHECK(bytes[24] == 16);
  CHECK(decode_label_map(bytes) == wide);
  CHECK(decode_label_map(test::make_png(2, 1, 16, gray, {0x12, 0x34, 0, 7})) ==
        LabelMap(std::vector<std::uint16_t>{0x1234, 7}, {2, 1}));
}

TEST_CASE("label maps of few bits keep their values") {
  CHECK(decode_label_map(test::make_png(3, 1, 4, gray, {0x0F, 0x10})) == LabelMap(ByteVector{0, 15, 1}, {3, 1}));
}

TEST_CASE("ids that are no class are refused, void is not") {
  const auto bytes = encode_label_map(LabelMap(ByteVector{0, 2, 255}, {3, 1}));
  CHECK(decode_label_map(bytes, {.class_count = 3}).size() == Size{3, 1});
  CHECK(code_of([&] { (void)decode_label_map(bytes, {.class_count = 2}); }) == ErrorCode::dataset_schema);
  const auto wide = encode_label_map(LabelMap(std::vector<std::uint16_t>{0, 255, 65535}, {3, 1}));
  CHECK(decode_label_map(wide, {.class_count = 256}).size() == Size{3, 1});
  CHECK(code_of([&] { (void)decode_label_map(wide, {.class_count = 255}); }) == ErrorCode::dataset_schema);
}

TEST_CASE("what is no mask is refused with its reason") {
  ByteVector pixels(640 * 640);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = i * i % 7 < 3 ? 1 : 0;
  const auto good = encode_mask(Mask::from_dense(pixels, {640, 640}), {.png_compression = 0});
  const struct {
    const char* what;
    ByteVector bytes;
    MaskReadOptions options;
    ErrorCode code;
  } cases[] = {
      {"RGB", test::make_png(1, 1, 8, rgb, {1, 2, 3}), {}, ErrorCode::dataset_schema},
      {"gray and alpha", test::make_png(1, 1, 8, gray_alpha, {1, 2}), {}, ErrorCode::dataset_schema},
      {"16 bits", test::make_png(1, 1, 16, gray, {1, 2}), {}, ErrorCode::dataset_schema},
      {"another size", good, {.size = Size{640, 639}}, ErrorCode::dataset_schema},
      {"JPEG", test::encode(test::make_picture({8, 8}), ImageFormat::jpeg), {}, ErrorCode::unsupported_image},
      {"text", test::text("mask"), {}, ErrorCode::unsupported_image},
      {"nothing", {}, {}, ErrorCode::invalid_argument},
      {"cut in the header", test::cut(good, 20), {}, ErrorCode::image_corrupt},
      {"cut in the picture", test::cut(good, good.size() - 20), {}, ErrorCode::image_truncated},
      {"a bomb", test::make_png_header(30000, 30000), {}, ErrorCode::image_too_large},
      {"too many pixels", good, {.limits = {.max_pixels = 640 * 639}}, ErrorCode::image_too_large},
      {"3 bits", test::make_png(1, 1, 3, gray, {0}), {}, ErrorCode::image_corrupt},
      {"palette of 16 bits",
       test::make_png(1, 1, 16, palette, {0, 0}),
       {.palette = PaletteRule::use_indices},
       ErrorCode::dataset_schema},
  };
  for (const auto& each : cases) {
    CAPTURE(each.what);
    CHECK(code_of([&] { (void)decode_mask(each.bytes, each.options); }) == each.code);
  }
  CHECK(code_of([] { (void)decode_label_map(test::make_png(1, 1, 8, rgb, {1, 2, 3})); }) == ErrorCode::dataset_schema);
}

TEST_CASE("masks and label maps are written to files and read from them") {
  const test::TemporaryFolder folder;
  const auto mask = Mask::from_box({1, 1, 4, 3}, {6, 5});
  const auto path = (folder / "mask.png").string();
  write_mask(path, mask);
  write_mask(path, mask, {.pixels = MaskPixels::eight_bits, .png_compression = 9});
  CHECK(read_mask(path) == mask);
  const LabelMap map(ByteVector{0, 1, 2, 3}, {2, 2});
  write_label_map((folder / "map.png").string(), map);
  CHECK(read_label_map((folder / "map.png").string()) == map);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 2);

  CHECK(code_of([&] { (void)read_mask((folder / "none.png").string()); }) == ErrorCode::not_found);
  CHECK(code_of([&] { write_mask((folder / "none" / "mask.png").string(), mask); }) == ErrorCode::not_found);
  test::write_bytes(folder / "empty.png", {});
  CHECK(code_of([&] { (void)read_label_map((folder / "empty.png").string()); }) == ErrorCode::image_corrupt);
}

TEST_CASE("what cannot be written is refused") {
  CHECK(code_of([] { (void)encode_mask(Mask()); }) == ErrorCode::invalid_argument);
  CHECK(code_of([] { (void)encode_label_map(LabelMap()); }) == ErrorCode::invalid_argument);
  const auto mask = Mask::from_runs({1}, {1, 1});
  CHECK(code_of([&] { (void)encode_mask(mask, {.png_compression = 10}); }) == ErrorCode::invalid_option);
}

}  // namespace
}  // namespace visionkit
