// Files that are cut or damaged, and limits.
#include <visionkit/core/error.hpp>
#include <visionkit/image/io.hpp>

#include <doctest/doctest.h>

#include "encoded.hpp"
#include "support/refusal.hpp"

using namespace visionkit;
using namespace visionkit::test;

TEST_CASE("a JPEG without its end marker is read and flagged (I12)") {
  for (const auto& kind : {JpegKind{}, JpegKind{.is_progressive = true}, JpegKind{.restart_interval = 4},
                           JpegKind{.scan_components = 1}}) {
    auto bytes = make_jpeg(make_picture({64, 48}), kind);
    const auto whole = decode_image_with_report(bytes);
    CHECK_FALSE(whole.report.is_missing_end);
    const auto shorter = decode_image_with_report(cut(bytes, bytes.size() - 2));
    CHECK(shorter.report.is_missing_end);
    CHECK(shorter.image == whole.image);
  }
}

TEST_CASE("200 cuts of each kind of JPEG are all reported") {
  const auto picture = make_picture({120, 90});
  const std::vector<JpegKind> kinds = {{},
                                       {.is_progressive = true},
                                       {.restart_interval = 3},
                                       {.is_arithmetic = true},
                                       {.sampling = Size{1, 1}},
                                       {.scan_components = 1}};
  for (const auto& kind : kinds) {
    const auto bytes = make_jpeg(picture, kind);
    int silent = 0;
    for (std::size_t i = 0; i < 200; ++i) {
      const auto size = 1 + i * (bytes.size() - 3) / 200;
      try {
        silent += decode_image_with_report(std::span(bytes).first(size)).report.is_missing_end ? 0 : 1;
      } catch (const Error& error) {
        CHECK((error.code() == ErrorCode::image_corrupt || error.code() == ErrorCode::image_truncated ||
               error.code() == ErrorCode::unsupported_image));
      }
    }
    CHECK(silent == 0);
  }
}

TEST_CASE("every cut of a small PNG, WebP, BMP and TIFF is reported") {
  const auto picture = make_picture({20, 10});
  const auto offset = tiff_data_offset(9);
  const auto gray = make_picture({20, 10}, PixelFormat::gray8);
  const std::vector<ByteVector> files = {encode(picture, ImageFormat::png), encode(picture, ImageFormat::webp),
                                         encode_image(picture, {.format = ImageFormat::webp, .lossless_webp = true}),
                                         make_bmp({20, 10, 24}, ByteVector(600)),
                                         make_tiff({{256, 4, 1, 20},
                                                    {257, 4, 1, 10},
                                                    {258, 3, 1, 8},
                                                    {259, 3, 1, 1},
                                                    {262, 3, 1, 1},
                                                    {273, 4, 1, offset},
                                                    {277, 3, 1, 1},
                                                    {278, 4, 1, 10},
                                                    {279, 4, 1, 200}},
                                                   {gray.pixels().begin(), gray.pixels().end()})};
  const ReadOptions options{.formats = {.tiff = true}};
  for (const auto& bytes : files) {
    CHECK(decode_image(bytes, options).size() == Size{20, 10});
    for (std::size_t size = 1; size < bytes.size(); ++size) {
      try {
        const auto report = decode_image_with_report(std::span(bytes).first(size), options).report;
        CHECK(report.is_missing_end);
      } catch (const Error& error) {
        CHECK((error.code() == ErrorCode::image_corrupt || error.code() == ErrorCode::image_truncated ||
               error.code() == ErrorCode::unsupported_image));
      }
    }
  }
}

TEST_CASE("damage inside a JPEG's scan is reported, and lenient reading gives the picture with a flag") {
  auto bytes = make_jpeg(make_picture({120, 90}), {.restart_interval = 2});
  for (std::size_t i = scan_start(bytes) + 40; i < scan_start(bytes) + 80; ++i) bytes[i] = 0xFF;
  CHECK(code_of([&] { (void)decode_image(bytes); }) == ErrorCode::image_corrupt);
  const auto result = decode_image_with_report(bytes, {.strictness = Strictness::lenient});
  CHECK(result.report.is_corrupt);
  CHECK(result.image.size() == Size{120, 90});
}

TEST_CASE("EXIF that points nowhere means upright, and no link of it is followed (I20, I21)") {
  const auto plain = make_jpeg(make_picture({24, 16}));
  auto exif = make_exif(6);
  auto far = exif;
  far[14] = 0xFF;  // the offset of the directory
  far[15] = 0xFF;
  auto wrong_type = exif;
  wrong_type[22] = 4;
  for (const auto& block : {far, wrong_type}) {
    const auto result = decode_image_with_report(insert(plain, 2, block));
    CHECK(result.report.exif_orientation == 1);
    CHECK(result.image == decode_image(plain));
  }
  auto longer = exif;
  longer[18] = 0xFF;  // the number of entries
  auto cycle = exif;
  cycle[32] = 8;  // the next directory is the first
  for (const auto& block : {longer, cycle}) {
    CHECK(decode_image_with_report(insert(plain, 2, block)).report.exif_orientation == 6);
  }
}

TEST_CASE("limits hold at their edge and name themselves") {
  const auto png = encode(make_picture({20, 10}), ImageFormat::png);
  CHECK(decode_image(png, {.limits = {.max_pixels = 200, .max_decoded_bytes = 600, .max_encoded_bytes = png.size()}})
            .width() == 20);
  CHECK(code_of([&] { (void)decode_image(png, {.limits = {.max_pixels = 199}}); }) == ErrorCode::image_too_large);
  CHECK(code_of([&] { (void)decode_image(png, {.limits = {.max_decoded_bytes = 599}}); }) ==
        ErrorCode::image_too_large);
  const auto progressive = make_jpeg(make_picture({64, 64}), {.is_progressive = true});
  CHECK(code_of([&] { (void)decode_image(progressive, {.limits = {.max_scans = 2}}); }) == ErrorCode::image_too_large);
  CHECK(code_of([&] { (void)decode_image(progressive, {.limits = {.max_decoded_bytes = 64 * 64 * 3}}); }) ==
        ErrorCode::image_too_large);
  try {
    (void)decode_image(png, {.limits = {.max_pixels = 199}});
  } catch (const Error& error) {
    CHECK(std::string(error.what()) == "PNG image: 20x10 pixels; at most 199 are accepted (limits.max_pixels)");
  }
  CHECK(code_of([&] { (void)decode_image(png, {.jpeg_reduction = 3}); }) == ErrorCode::invalid_option);
}
