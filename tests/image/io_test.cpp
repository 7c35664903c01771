#include <visionkit/core/error.hpp>
#include <visionkit/image/io.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "encoded.hpp"
#include "support/files.hpp"
#include "support/refusal.hpp"

using namespace visionkit;
using namespace visionkit::test;

namespace {

// The largest difference of two bytes.
int difference(const Image& a, const Image& b) {
  REQUIRE(a.size() == b.size());
  REQUIRE(a.format() == b.format());
  int most = 0;
  for (std::size_t i = 0; i < a.pixels().size(); ++i) most = std::max(most, std::abs(a.pixels()[i] - b.pixels()[i]));
  return most;
}

Image smooth_picture(Size size) {
  Image image(size, PixelFormat::rgb8);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      auto* pixel = image.row(y) + 3 * x;
      pixel[0] = static_cast<std::uint8_t>(x * 255 / size.width);
      pixel[1] = static_cast<std::uint8_t>(y * 255 / size.height);
      pixel[2] = 128;
    }
  }
  return image;
}

// Pixel (x, y) of a picture turned by an EXIF orientation, straight from the standard's table.
Image turned(const Image& image, int orientation) {
  const int w = image.width(), h = image.height();
  Image out(orientation >= 5 ? Size{h, w} : Size{w, h}, image.format());
  for (int y = 0; y < out.height(); ++y) {
    for (int x = 0; x < out.width(); ++x) {
      int from_x = x, from_y = y;
      switch (orientation) {
        case 2: from_x = w - 1 - x; break;
        case 3: from_x = w - 1 - x, from_y = h - 1 - y; break;
        case 4: from_y = h - 1 - y; break;
        case 5: from_x = y, from_y = x; break;
        case 6: from_x = y, from_y = h - 1 - x; break;
        case 7: from_x = w - 1 - y, from_y = h - 1 - x; break;
        case 8: from_x = w - 1 - y, from_y = x; break;
        default: break;
      }
      std::copy_n(image.row(from_y) + from_x * channels(image.format()), channels(image.format()),
                  out.row(y) + x * channels(image.format()));
    }
  }
  return out;
}

}  // namespace

TEST_CASE("PNG and lossless WebP give back what was written, in every pixel format") {
  const auto rgba = make_picture({33, 17}, PixelFormat::rgba8);
  for (const auto format :
       {PixelFormat::rgb8, PixelFormat::bgr8, PixelFormat::rgba8, PixelFormat::bgra8, PixelFormat::gray8}) {
    const auto image = convert(rgba, format);
    CHECK(decode_image(encode(image, ImageFormat::png), {.format = format}) == image);
    CHECK(decode_image(encode_image(image, {.format = ImageFormat::webp, .lossless_webp = true}), {.format = format}) ==
          image);
  }
}

TEST_CASE("JPEG and lossy WebP give back nearly what was written, and more so with more quality") {
  const auto image = smooth_picture({64, 48});
  for (const auto format : {ImageFormat::jpeg, ImageFormat::webp}) {
    const auto good = encode_image(image, {.format = format, .quality = 98});
    const auto bad = encode_image(image, {.format = format, .quality = 5});
    CHECK(difference(decode_image(good), image) < 12);
    CHECK(bad.size() < good.size());
    CHECK(decode_image(encode(convert(image, PixelFormat::bgra8), format)) == decode_image(encode(image, format)));
  }
  const auto gray = convert(image, PixelFormat::gray8);
  CHECK(difference(decode_image(encode(gray, ImageFormat::jpeg), {.format = PixelFormat::gray8}), gray) < 8);
}

TEST_CASE("every format comes back in every pixel format, equal to a conversion of the RGB picture") {
  const auto picture = make_picture({37, 21});
  const std::vector<ByteVector> files = {encode(picture, ImageFormat::jpeg),
                                         make_jpeg(convert(picture, PixelFormat::gray8)),
                                         make_jpeg(picture, {.is_progressive = true}),
                                         make_jpeg(make_picture({37, 21}, PixelFormat::rgba8), {.is_cmyk = true}),
                                         encode(picture, ImageFormat::png),
                                         encode(convert(picture, PixelFormat::gray8), ImageFormat::png),
                                         encode(picture, ImageFormat::webp),
                                         make_bmp({37, 21}, ByteVector(112 * 21, 77))};
  for (const auto& bytes : files) {
    const auto rgb = decode_image(bytes);
    for (const auto format : {PixelFormat::bgr8, PixelFormat::rgba8, PixelFormat::bgra8, PixelFormat::gray8}) {
      CHECK(decode_image(bytes, {.format = format}) == convert(rgb, format));
    }
  }
}

TEST_CASE("all eight EXIF orientations are turned upright, invalid ones are left (I18, I19)") {
  const auto plain = make_jpeg(make_picture({24, 16}));
  const auto upright = decode_image(plain);
  for (const int orientation : {1, 2, 3, 4, 5, 6, 7, 8, 0, 9, 65535}) {
    CAPTURE(orientation);
    const auto bytes = insert(plain, 2, make_exif(orientation));
    const int valid = orientation >= 1 && orientation <= 8 ? orientation : 1;
    const auto result = decode_image_with_report(bytes);
    CHECK(result.image == turned(upright, valid));
    CHECK(result.report.exif_orientation == valid);
    CHECK(result.report.is_turned == (valid != 1));
    CHECK(decode_image(bytes, {.orientation = OrientationPolicy::ignore}) == upright);
    CHECK(decode_image(bytes, {.format = PixelFormat::gray8}) == convert(turned(upright, valid), PixelFormat::gray8));
  }
}

TEST_CASE("PNG and WebP are turned upright, too") {
  const auto picture = make_picture({20, 10});
  auto block = make_exif(6);
  block.erase(block.begin(), block.begin() + 4);  // the JPEG segment's head
  const ByteVector raw(block.begin() + 6, block.end());
  const auto png = insert(encode(picture, ImageFormat::png), 33, make_png_chunk("eXIf", raw));
  CHECK(decode_image(png) == turned(picture, 6));
  const auto webp = encode_image(picture, {.format = ImageFormat::webp, .lossless_webp = true});
  const ByteVector pixels(webp.begin() + 20, webp.end());
  const ByteVector extended = {8, 0, 0, 0, 19, 0, 0, 9, 0, 0};
  CHECK(decode_image(make_riff({{"VP8X", extended}, {"VP8L", pixels}, {"EXIF", raw}})) == turned(picture, 6));
}

TEST_CASE("a JPEG is decoded at a fraction of its size on request") {
  const auto picture = smooth_picture({100, 61});
  const auto bytes = encode(picture, ImageFormat::jpeg);
  for (const int reduction : {1, 2, 4, 8}) {
    const auto result = decode_image_with_report(bytes, {.jpeg_reduction = reduction});
    CHECK(result.image.size() == Size{(100 + reduction - 1) / reduction, (61 + reduction - 1) / reduction});
    CHECK(result.report.stored_size == picture.size());
    const auto* pixel = result.image.row(result.image.height() / 2) + 3 * (result.image.width() / 2);
    CHECK(std::abs(pixel[0] - 127) < 12);
  }
  CHECK(decode_image(encode(picture, ImageFormat::png), {.jpeg_reduction = 8}) == picture);
}

TEST_CASE("PNG kinds follow the table: palette, few bits, 16 bits, alpha, colour key (I25)") {
  // One row of two pixels each.
  const auto palette = make_png_chunk("PLTE", {10, 20, 30, 40, 50, 60});
  const auto transparency = make_png_chunk("tRNS", {255, 0});
  CHECK(std::ranges::equal(decode_image(make_png(2, 1, 1, 3, {0x40}, {palette})).pixels(),
                           ByteVector{10, 20, 30, 40, 50, 60}));
  const auto keyed = make_png(2, 1, 8, 3, {0, 1}, {palette, transparency});
  CHECK(std::ranges::equal(decode_image(keyed).pixels(), ByteVector{10, 20, 30, 40, 50, 60}));
  CHECK(std::ranges::equal(decode_image(keyed, {.format = PixelFormat::rgba8}).pixels(),
                           ByteVector{10, 20, 30, 255, 40, 50, 60, 0}));
  CHECK(std::ranges::equal(decode_image(make_png(2, 1, 2, 0, {0x60}), {.format = PixelFormat::gray8}).pixels(),
                           ByteVector{85, 170}));
  CHECK(std::ranges::equal(decode_image(make_png(2, 1, 16, 0, {0x12, 0xFF, 0x80, 0x00})).pixels(),
                           ByteVector{0x12, 0x12, 0x12, 0x80, 0x80, 0x80}));
  CHECK(std::ranges::equal(decode_image(make_png(1, 1, 8, 6, {1, 2, 3, 0})).pixels(), ByteVector{1, 2, 3}));
  CHECK(std::ranges::equal(decode_image(make_png(1, 1, 8, 4, {9, 0}), {.format = PixelFormat::rgba8}).pixels(),
                           ByteVector{9, 9, 9, 0}));
}

TEST_CASE("of an animated picture the first frame is read and flagged (I26)") {
  const auto picture = make_picture({20, 10});
  const auto png = insert(encode(picture, ImageFormat::png), 33, make_png_chunk("acTL", {0, 0, 0, 1, 0, 0, 0, 0}));
  const auto animated_png = decode_image_with_report(png);
  CHECK(animated_png.report.is_first_of_several);
  CHECK(animated_png.image == picture);

  // A frame of 8 x 6 at (4, 2) of a canvas of 20 x 10.
  const auto frame = make_picture({8, 6});
  const auto webp = encode_image(frame, {.format = ImageFormat::webp, .lossless_webp = true});
  ByteVector chunk = {2, 0, 0, 1, 0, 0, 7, 0, 0, 5, 0, 0, 100, 0, 0, 0};
  chunk.insert(chunk.end(), webp.begin() + 12, webp.end());
  const auto result = decode_image_with_report(
      make_riff({{"VP8X", {2, 0, 0, 0, 19, 0, 0, 9, 0, 0}}, {"ANIM", ByteVector(6)}, {"ANMF", chunk}}));
  CHECK(result.report.is_first_of_several);
  REQUIRE(result.image.size() == Size{20, 10});
  for (int y = 0; y < 10; ++y) {
    const bool is_inside = y >= 2 && y < 8;
    CHECK(std::all_of(result.image.row(y), result.image.row(y) + 12, [](int v) { return v == 0; }));
    CHECK(std::equal(result.image.row(y) + 12, result.image.row(y) + 36,
                     is_inside ? frame.row(y - 2) : ByteVector(24).data()));
  }
}

TEST_CASE("BMP kinds: run lengths, bit fields, top-down rows (I30)") {
  const ByteVector palette = {3, 2, 1, 0, 6, 5, 4, 0};
  const ByteVector colours = {1, 2, 3, 4, 5, 6};
  // 2 x 2: bottom row 0 1, top row 1 1.
  const auto expected = ByteVector{4, 5, 6, 4, 5, 6, 1, 2, 3, 4, 5, 6};
  const auto is = [&](const ByteVector& bmp) { return std::ranges::equal(decode_image(bmp).pixels(), expected); };
  CHECK(is(make_bmp({2, 2, 1, 0, {}, palette}, {0x40, 0, 0, 0, 0xC0, 0, 0, 0})));
  CHECK(is(make_bmp({2, 2, 4, 0, {}, palette}, {0x01, 0, 0, 0, 0x11, 0, 0, 0})));
  CHECK(is(make_bmp({2, 2, 8, 0, {}, palette}, {0, 1, 0, 0, 1, 1, 0, 0})));
  CHECK(is(make_bmp({2, -2, 8, 0, {}, palette}, {1, 1, 0, 0, 0, 1, 0, 0})));
  CHECK(is(make_bmp({2, 2, 8, 1, {}, palette}, {1, 0, 1, 1, 0, 0, 2, 1, 0, 1})));
  CHECK(is(make_bmp({2, 2, 4, 2, {}, palette}, {2, 0x01, 0, 0, 2, 0x11, 0, 1})));
  CHECK(is(make_bmp({2, 2, 8, 1, {}, palette}, {0, 2, 1, 0, 1, 1, 0, 0, 2, 1, 0, 1})));
  ByteVector masks;
  for (const std::uint32_t mask : {0xF800U, 0x07E0U, 0x001FU}) append32(masks, mask);
  CHECK(std::ranges::equal(decode_image(make_bmp({2, 1, 16, 3, masks}, {0x00, 0xF8, 0xE0, 0x07})).pixels(),
                           ByteVector{255, 0, 0, 0, 255, 0}));
  CHECK(std::ranges::equal(decode_image(make_bmp({1, 1, 16}, {0x1F, 0x40})).pixels(), ByteVector{131, 0, 255}));
  CHECK(std::ranges::equal(decode_image(make_bmp({1, 1, 32}, {1, 2, 3, 0})).pixels(), ByteVector{3, 2, 1}));
}

TEST_CASE("TIFF kinds: planes, tiles, white is zero, 16 bits, palette") {
  const ReadOptions options{.formats = {.tiff = true}};
  const auto gray = make_picture({20, 10}, PixelFormat::gray8);
  const ByteVector pixels(gray.pixels().begin(), gray.pixels().end());
  const std::vector<TiffTag> head = {{256, 4, 1, 20}, {257, 4, 1, 10}};
  const auto with = [&](std::vector<TiffTag> tags) {
    tags.insert(tags.begin(), head.begin(), head.end());
    return tags;
  };
  const auto white = with({{258, 3, 1, 8},
                           {259, 3, 1, 1},
                           {262, 3, 1, 0},
                           {273, 4, 1, tiff_data_offset(8)},
                           {278, 4, 1, 10},
                           {279, 4, 1, 200}});
  auto inverted = gray;
  for (auto& value : inverted.pixels()) value = static_cast<std::uint8_t>(255 - value);
  CHECK(decode_image(make_tiff(white, pixels), {.format = PixelFormat::gray8, .formats = {.tiff = true}}) == inverted);

  // Three planes of one strip each; the offsets and lengths stand in front of the pixels.
  ByteVector data;
  const auto start = tiff_data_offset(10);
  for (std::uint32_t i = 0; i < 3; ++i) append32(data, start + 24 + 6 + 200 * i);
  for (std::uint32_t i = 0; i < 3; ++i) append32(data, 200);
  for (std::uint32_t i = 0; i < 3; ++i) append16(data, 8);
  const auto rgb = make_picture({20, 10});
  for (std::size_t plane = 0; plane < 3; ++plane) {
    for (std::size_t i = 0; i < 200; ++i) data.push_back(rgb.pixels()[3 * i + plane]);
  }
  const auto planes = with({{258, 3, 3, start + 24},
                            {259, 3, 1, 1},
                            {262, 3, 1, 2},
                            {273, 4, 3, start},
                            {277, 3, 1, 3},
                            {278, 4, 1, 10},
                            {279, 4, 3, start + 12},
                            {284, 3, 1, 2}});
  CHECK(decode_image(make_tiff(planes, data), options) == rgb);

  // Two tiles of 16 x 16, the second one mostly outside.
  ByteVector tiles;
  const auto tiles_start = tiff_data_offset(9);
  for (std::uint32_t i = 0; i < 2; ++i) append32(tiles, tiles_start + 16 + 256 * i);
  for (std::uint32_t i = 0; i < 2; ++i) append32(tiles, 256);
  for (int left = 0; left < 32; left += 16) {
    for (int y = 0; y < 16; ++y) {
      for (int x = left; x < left + 16; ++x) tiles.push_back(x < 20 && y < 10 ? gray.row(y)[x] : 0);
    }
  }
  const auto tiled = with({{258, 3, 1, 8},
                           {259, 3, 1, 1},
                           {262, 3, 1, 1},
                           {322, 3, 1, 16},
                           {323, 3, 1, 16},
                           {324, 4, 2, tiles_start},
                           {325, 4, 2, tiles_start + 8}});
  CHECK(decode_image(make_tiff(tiled, tiles), {.format = PixelFormat::gray8, .formats = {.tiff = true}}) == gray);
}

TEST_CASE("bytes behind the end are ignored and flagged") {
  const auto picture = make_picture({20, 10});
  for (const auto format : {ImageFormat::jpeg, ImageFormat::png, ImageFormat::webp}) {
    auto bytes = encode(picture, format);
    const auto plain = decode_image_with_report(bytes);
    CHECK_FALSE(plain.report.has_trailing_bytes);
    CHECK(plain.report.format == format);
    for (int i = 0; i < 100; ++i) bytes.push_back(static_cast<std::uint8_t>(i));
    const auto longer = decode_image_with_report(bytes);
    CHECK(longer.report.has_trailing_bytes);
    CHECK(longer.image == plain.image);
  }
}

TEST_CASE("base64 text, plain or as a data URL, is decoded") {
  // RFC 4648, section 10, around a 1 x 1 BMP.
  const auto bmp = make_bmp({1, 1}, {1, 2, 3, 0});
  const std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string base64;
  for (std::size_t i = 0; i < bmp.size(); i += 3) {
    const auto byte = [&](std::size_t k) { return k < bmp.size() ? unsigned{bmp[k]} : 0U; };
    const unsigned bits = byte(i) << 16U | byte(i + 1) << 8U | byte(i + 2);
    for (const unsigned shift : {18U, 12U, 6U, 0U}) base64 += alphabet[bits >> shift & 63U];
  }
  const auto used = (bmp.size() * 8 + 5) / 6;
  const auto unpadded = base64.substr(0, used);
  const auto padded = unpadded + std::string((4 - used % 4) % 4, '=');
  const auto image = decode_image(bmp);
  CHECK(decode_base64_image(padded) == image);
  CHECK(decode_base64_image(unpadded) == image);
  CHECK(decode_base64_image("data:image/bmp;base64," + padded) == image);
  CHECK(decode_base64_image(padded.substr(0, 30) + "\r\n" + padded.substr(30)) == image);
  for (const auto& wrong :
       {std::string("***"), std::string(), std::string("data:image/png,abc"), padded.substr(0, 9), "QQ==" + padded}) {
    CHECK(code_of([&] { (void)decode_base64_image(wrong); }) == ErrorCode::invalid_argument);
  }
  CHECK(code_of([&] { (void)decode_base64_image(padded, {.limits = {.max_encoded_bytes = 10}}); }) ==
        ErrorCode::image_too_large);
}

TEST_CASE("formats can be switched off") {
  const auto png = encode(make_picture({4, 4}), ImageFormat::png);
  CHECK(code_of([&] { (void)decode_image(png, {.formats = {.png = false}}); }) == ErrorCode::unsupported_image);
}

TEST_CASE("a file is written whole or not at all, by the format of its extension or of the options") {
  const TemporaryFolder folder;
  const auto picture = make_picture({20, 10});
  for (const auto& [name, format] : {std::pair{"a.png", ImageFormat::png},
                                     {"b.JPG", ImageFormat::jpeg},
                                     {"c.jpeg", ImageFormat::jpeg},
                                     {"d.webp", ImageFormat::webp}}) {
    const auto path = (folder / name).string();
    write_image(path, picture);
    write_image(path, picture);  // replaces
    CHECK(read_image_with_report(path).report.format == format);
  }
  write_image((folder / "e").string(), picture, {.format = ImageFormat::png});
  CHECK(read_image((folder / "e").string()) == picture);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), std::filesystem::directory_iterator()) == 5);

  const auto code = [&](const std::filesystem::path& path, const WriteOptions& options = {}) {
    return code_of([&] { write_image(path.string(), picture, options); });
  };
  CHECK(code(folder / "f.gif") == ErrorCode::invalid_argument);
  CHECK(code(folder / "missing" / "f.png") == ErrorCode::not_found);
  std::filesystem::create_directory(folder / "folder.png");
  CHECK(code(folder / "folder.png") == ErrorCode::not_regular_file);
  CHECK(code(folder / "f.png", {.quality = 0}) == ErrorCode::invalid_option);
  CHECK(code(folder / "f.png", {.png_compression = 10}) == ErrorCode::invalid_option);
  CHECK(code(folder / "f.png", {.format = ImageFormat::bmp}) == ErrorCode::invalid_option);
  CHECK(code_of([&] { (void)encode_image(picture, {}); }) == ErrorCode::invalid_option);
  CHECK(code_of([&] { (void)encode_image(ImageView{}, {.format = ImageFormat::png}); }) == ErrorCode::invalid_argument);
  CHECK(code_of([&] { (void)encode(make_picture({16384, 1}), ImageFormat::webp); }) == ErrorCode::image_too_large);
  CHECK(code_of([&] { (void)encode(make_picture({65501, 1}), ImageFormat::jpeg); }) == ErrorCode::image_too_large);
}

TEST_CASE("views with padded rows are written") {
  const auto picture = make_picture({20, 10});
  const ImageView part{picture.row(2) + 9, 10, 6, picture.stride(), PixelFormat::rgb8};
  CHECK(decode_image(encode(part, ImageFormat::png)) == Image(part));
  CHECK(decode_image(encode_image(part, {.format = ImageFormat::webp, .lossless_webp = true})) == Image(part));
}
