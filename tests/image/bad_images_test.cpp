// The images of BAD_INPUTS.md, rows I01 to I34: each one a generator and what must come back.
#include <visionkit/core/error.hpp>
#include <visionkit/image/io.hpp>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <functional>

#include "encoded.hpp"
#include "support/files.hpp"
#include "support/refusal.hpp"

using namespace visionkit;
using namespace visionkit::test;

namespace {

using Codes = std::vector<ErrorCode>;

struct BadImage {
  const char* id;
  const char* what;
  std::function<ByteVector()> make;
  Codes accepted;  // any of these codes
  ReadOptions options = {};
};

ByteVector photo_jpeg() { return encode(make_picture({160, 120}), ImageFormat::jpeg); }

ByteVector joined(std::initializer_list<ByteVector> pieces) {
  ByteVector all;
  for (const auto& piece : pieces) all.insert(all.end(), piece.begin(), piece.end());
  return all;
}

// A JPEG of only a frame header of this kind and a scan header; padded to 200 bytes.
ByteVector jpeg_claim(std::uint8_t frame, int precision, unsigned width, unsigned height) {
  const auto high = [](unsigned v) { return static_cast<std::uint8_t>(v >> 8U); };
  const auto low = [](unsigned v) { return static_cast<std::uint8_t>(v); };
  auto bytes = joined({{0xFF, 0xD8},
                       make_jpeg_segment(frame, {static_cast<std::uint8_t>(precision), high(height), low(height),
                                                 high(width), low(width), 1, 1, 0x11, 0}),
                       make_jpeg_segment(0xDA, {1, 1, 0, 0, 63, 0})});
  bytes.resize(200);
  return bytes;
}

ByteVector many_scans(int count, unsigned side = 16) {
  const auto high = static_cast<std::uint8_t>(side >> 8U), low = static_cast<std::uint8_t>(side);
  const ByteVector frame = {8, high, low, high, low, 1, 1, 0x11, 0};
  auto bytes = joined({{0xFF, 0xD8}, make_jpeg_segment(0xC2, frame)});
  for (int i = 0; i < count; ++i) {
    bytes = joined({std::move(bytes), make_jpeg_segment(0xDA, {1, 1, 0, 0, 0, 0}), {0x00}});
  }
  return joined({std::move(bytes), {0xFF, 0xD9}});
}

ByteVector small_png() { return encode(make_picture({20, 10}), ImageFormat::png); }

ByteVector with_flipped_byte(ByteVector bytes, std::size_t position) {
  bytes.at(position) ^= 0x55U;
  return bytes;
}

ByteVector webp_with_riff_size(std::uint32_t change) {
  auto bytes = encode(make_picture({30, 20}), ImageFormat::webp);
  const std::uint32_t size = bytes[4] + 256U * bytes[5] + change;
  for (std::size_t i = 0; i < 4; ++i) bytes[4 + i] = static_cast<std::uint8_t>(size >> (8U * i));
  return bytes;
}

ByteVector vp8x(unsigned width, unsigned height) {
  ByteVector data(10);
  for (std::size_t i = 0; i < 3; ++i) {
    data[4 + i] = static_cast<std::uint8_t>((width - 1) >> (8U * i));
    data[7 + i] = static_cast<std::uint8_t>((height - 1) >> (8U * i));
  }
  return make_riff({{"VP8X", data}, {"VP8L", {0x2F, 0, 0, 0, 0, 0, 0, 0}}});
}

ByteVector tiff(std::uint32_t width, std::uint32_t height, std::vector<TiffTag> more, std::uint32_t next = 0) {
  std::vector<TiffTag> tags = {{256, 4, 1, width}, {257, 4, 1, height}, {258, 3, 1, 8}, {259, 3, 1, 1}, {262, 3, 1, 1}};
  tags.insert(tags.end(), more.begin(), more.end());
  return make_tiff(tags, ByteVector(64), next);
}

const ReadOptions with_tiff{.formats = {.tiff = true}};

const std::vector<BadImage>& bad_images() {
  using enum ErrorCode;
  static const std::vector<BadImage> table = {
      {"I08", "text", [] { return text("this is not a picture, just a line of text\n"); }, {unsupported_image}},
      {"I10", "JPEG cut in the header", [] { return cut(photo_jpeg(), 100); }, {image_corrupt}},
      {"I10", "JPEG of three bytes", [] { return cut(photo_jpeg(), 3); }, {image_corrupt}},
      {"I11",
       "JPEG cut at half of the scan",
       [] {
         auto jpeg = photo_jpeg();
         return cut(jpeg, (scan_start(jpeg) + jpeg.size()) / 2);
       },
       {image_truncated}},
      {"I13", "JPEG of 0 x 0", [] { return jpeg_claim(0xC0, 8, 0, 0); }, {image_corrupt}},
      {"I13", "JPEG without a height", [] { return jpeg_claim(0xC0, 8, 16, 0); }, {image_corrupt}},
      {"I14", "JPEG of 65,535 x 65,535", [] { return jpeg_claim(0xC0, 8, 65535, 65535); }, {image_too_large}},
      {"I15", "progressive JPEG of 5,000 scans", [] { return many_scans(5000); }, {image_too_large}},
      {"I15", "JPEG of 100 scans that nobody would wait for", [] { return many_scans(100, 8000); }, {image_too_large}},
      {"I16", "JPEG of 12 bits", [] { return jpeg_claim(0xC1, 12, 16, 16); }, {unsupported_image}},
      {"I16", "lossless JPEG", [] { return jpeg_claim(0xC3, 8, 16, 16); }, {unsupported_image}},
      {"I16", "hierarchical JPEG", [] { return jpeg_claim(0xC5, 8, 16, 16); }, {unsupported_image}},
      {"I22", "PNG with a wrong checksum of IHDR", [] { return with_flipped_byte(small_png(), 29); }, {image_corrupt}},
      {"I22",
       "PNG with a wrong checksum of IDAT",
       [] {
         auto png = small_png();
         return with_flipped_byte(png, png.size() - 14);
       },
       {image_corrupt}},
      {"I22", "PNG with a flipped bit in IDAT", [] { return with_flipped_byte(small_png(), 60); }, {image_corrupt}},
      {"I23", "PNG of 32,768 x 32,767", [] { return make_png_header(32768, 32767); }, {image_too_large}},
      {"I23", "PNG of 2^32-1 x 2^32-1", [] { return make_png_header(0xFFFFFFFF, 0xFFFFFFFF); }, {image_too_large}},
      {"I24",
       "PNG with a text of 64 MB",
       [] { return insert(small_png(), 33, make_png_chunk("tEXt", ByteVector(64U << 20U, 'x'))); },
       {image_too_large}},
      {"I27",
       "TIFF with a cycle of directories",
       [] {
         return tiff(8, 8, {{273, 4, 1, 8}, {277, 3, 1, 1}}, 8);
       },
       {image_corrupt},
       with_tiff},
      {"I27",
       "TIFF of 10^9 strips",
       [] {
         return tiff(8, 8, {{273, 4, 1'000'000'000, 8}, {277, 3, 1, 1}});
       },
       {image_corrupt, image_too_large},
       with_tiff},
      {"I27",
       "TIFF of 10^9 rows",
       [] {
         return tiff(1, 1'000'000'000, {{273, 4, 1'000'000'000, 8}, {278, 3, 1, 1}});
       },
       {image_too_large},
       with_tiff},
      {"I27",
       "TIFF with a tile of 2 GB",
       [] {
         return tiff(8, 8, {{322, 4, 1, 46336}, {323, 4, 1, 46336}, {324, 4, 1, 8}});
       },
       {image_too_large},
       with_tiff},
      {"I27",
       "TIFF whose strip lies outside",
       [] {
         return tiff(8, 8, {{273, 4, 1, 8000}, {279, 4, 1, 64}});
       },
       {image_truncated, image_corrupt},
       with_tiff},
      {"I28",
       "BigTIFF",
       [] { return ByteVector{'I', 'I', 43, 0, 8, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0}; },
       {unsupported_image}},
      {"I28",
       "BigTIFF, asked for",
       [] { return ByteVector{'I', 'I', 43, 0, 8, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0}; },
       {unsupported_image},
       with_tiff},
      {"I28",
       "TIFF that nobody asked for",
       [] {
         return tiff(8, 8, {{273, 4, 1, 8}});
       },
       {unsupported_image}},
      {"I28",
       "float TIFF",
       [] {
         return tiff(4, 4, {{273, 4, 1, 80}, {339, 3, 1, 3}});
       },
       {unsupported_image},
       with_tiff},
      {"I29", "WebP whose RIFF is too long", [] { return webp_with_riff_size(100); }, {image_corrupt}},
      {"I29",
       "WebP whose RIFF is too short",
       [] { return webp_with_riff_size(static_cast<std::uint32_t>(-20)); },
       {image_corrupt}},
      {"I29",
       "lossless WebP without tables",
       [] {
         return make_riff({{"VP8L", {0x2F, 0x1F, 0xC0, 0x07, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}}});
       },
       {image_corrupt}},
      {"I29", "WebP of 65,535 x 65,535", [] { return vp8x(65535, 65535); }, {image_too_large}},
      {"I29",
       "WebP cut in the middle",
       [] {
         auto webp = encode(make_picture({99, 80}), ImageFormat::webp);
         return cut(webp, webp.size() / 2);
       },
       {image_truncated}},
      {"I30",
       "BMP with a run beyond the row",
       [] {
         return make_bmp({4, 2, 8, 1, {}, ByteVector(1024)}, {200, 1, 0, 1});
       },
       {image_corrupt}},
      {"I30",
       "BMP with a move beyond the picture",
       [] {
         return make_bmp({4, 2, 8, 1, {}, ByteVector(1024)}, {0, 2, 9, 9, 0, 1});
       },
       {image_corrupt}},
      {"I30",
       "BMP of 2^31 columns",
       [] {
         return make_bmp({INT32_MIN, 1}, ByteVector(64));
       },
       {image_too_large}},
      {"I30",
       "BMP of 2^31 rows",
       [] {
         return make_bmp({1, INT32_MIN}, ByteVector(64));
       },
       {image_too_large}},
      {"I30",
       "BMP of 65,535 x 65,535",
       [] {
         return make_bmp({65535, 65535}, ByteVector(64));
       },
       {image_too_large}},
      {"I30",
       "BMP without pixels",
       [] {
         return make_bmp({4, 4}, {});
       },
       {image_corrupt}},
      {"I30",
       "BMP with half of its pixels",
       [] {
         return make_bmp({4, 4}, ByteVector(24));
       },
       {image_truncated}},
      {"I31", "GIF", [] { return text("GIF89a...................."); }, {unsupported_image}},
      {"I31",
       "JPEG 2000",
       [] { return ByteVector{0, 0, 0, 12, 'j', 'P', ' ', ' ', 13, 10, 0x87, 10}; },
       {unsupported_image}},
      {"I31", "Radiance HDR", [] { return text("#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n"); }, {unsupported_image}},
      {"I31", "OpenEXR", [] { return ByteVector{0x76, 0x2F, 0x31, 0x01, 2, 0, 0, 0}; }, {unsupported_image}},
      {"I31", "PFM", [] { return text("PF\n2 2\n-1.0\n................"); }, {unsupported_image}},
      {"I31", "Sun raster", [] { return ByteVector{0x59, 0xA6, 0x6A, 0x95, 0, 0, 0, 1}; }, {unsupported_image}},
      {"I31", "PAM", [] { return text("P7\nWIDTH 1\n"); }, {unsupported_image}},
      {"I31", "PPM", [] { return text("P6 1 1 255 ..."); }, {unsupported_image}},
      {"I31",
       "AVIF",
       [] {
         return joined({{0, 0, 0, 28}, text("ftypavif")});
       },
       {unsupported_image}},
      {"I31", "noise", [] { return ByteVector{7, 200, 3, 251, 99, 0, 1, 2}; }, {unsupported_image}},
  };
  return table;
}

}  // namespace

TEST_CASE(
    "bad encoded bytes give the code of their row, from memory and from a file, strict and lenient alike where nothing "
    "can be saved") {
  const TemporaryFolder folder;
  for (const auto& bad : bad_images()) {
    const auto row = std::string(bad.id) + ", " + bad.what;
    CAPTURE(row);
    const auto bytes = bad.make();
    const auto path = folder / "image.jpg";
    write_bytes(path, bytes);
    const auto code = code_of([&] { (void)decode_image(bytes, bad.options); });
    CAPTURE(to_string(code));
    CHECK(std::find(bad.accepted.begin(), bad.accepted.end(), code) != bad.accepted.end());
    CHECK(code_of([&] { (void)read_image(path.string(), bad.options); }) == code);
    if (code == ErrorCode::image_truncated) {
      auto lenient = bad.options;
      lenient.strictness = Strictness::lenient;
      CHECK(decode_image_with_report(bytes, lenient).report.is_truncated);
    }
  }
  CHECK(decode_image(small_png()).size() == Size{20, 10});  // and nothing is left behind
}

TEST_CASE("paths that are no readable file give the code of their row (I01 to I07)") {
  const TemporaryFolder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms::others_exec, std::filesystem::perm_options::add);
  const auto code = [](const std::filesystem::path& path) { return code_of([&] { (void)read_image(path.string()); }); };
  CHECK(code(folder / "missing.jpg") == ErrorCode::not_found);
  write_bytes(folder / "empty.jpg", {});
  CHECK(code(folder / "empty.jpg") == ErrorCode::image_corrupt);
  CHECK(code(folder.path()) == ErrorCode::not_regular_file);
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(code(folder / "pipe") == ErrorCode::not_regular_file);
  CHECK(code("/dev/null") == ErrorCode::not_regular_file);
  write_bytes(folder / "secret.png", small_png());
  REQUIRE(::chmod((folder / "secret.png").c_str(), 0) == 0);
  const bool is_root = ::geteuid() == 0;  // may read everything
  if (is_root) REQUIRE(::seteuid(65534) == 0);
  CHECK(code(folder / "secret.png") == ErrorCode::permission_denied);
  if (is_root) REQUIRE(::seteuid(0) == 0);
  std::filesystem::create_symlink("loop", folder / "loop");
  CHECK(code(folder / "loop") == ErrorCode::io);
}

TEST_CASE("the content decides, not the name (I09)") {
  const TemporaryFolder folder;
  write_bytes(folder / "picture.jpg", small_png());
  const auto result = read_image_with_report((folder / "picture.jpg").string());
  CHECK(result.report.format == ImageFormat::png);
  CHECK(result.image == make_picture({20, 10}));
}

TEST_CASE("buffers that are no bytes are refused (I33, I34)") {
  CHECK(code_of([] { (void)decode_image(std::span<const std::uint8_t>()); }) == ErrorCode::invalid_argument);
  CHECK(code_of([] { (void)decode_image(std::span(static_cast<const std::uint8_t*>(nullptr), 10)); }) ==
        ErrorCode::invalid_argument);
  const auto png = small_png();
  CHECK(code_of([&] { (void)decode_image(std::span(png.data(), 0)); }) == ErrorCode::invalid_argument);
  CHECK(code_of([&] { (void)decode_image(png, {.limits = {.max_encoded_bytes = 50}}); }) == ErrorCode::image_too_large);
  // The default limit, with a size that is checked before the bytes are.
  CHECK(code_of([&] { (void)decode_image(std::span(png.data(), (std::size_t{1} << 30U) + 1)); }) ==
        ErrorCode::image_too_large);
}

TEST_CASE("thin pictures are read (I32)") {
  for (const Size size : {Size{1, 1}, Size{1, 10'000}, Size{10'000, 1}}) {
    const auto picture = make_picture(size);
    for (const auto format : {ImageFormat::jpeg, ImageFormat::png, ImageFormat::webp}) {
      CHECK(decode_image(encode(picture, format)).size() == size);
    }
    CHECK(decode_image(encode(picture, ImageFormat::png)) == picture);
  }
}
