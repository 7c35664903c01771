// Encoded pictures of every kind, made on the spot: odd ones that no encoder writes, and damaged ones.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <visionkit/core/error.hpp>
#include <visionkit/image/io.hpp>

namespace visionkit::test {

using ByteVector = std::vector<std::uint8_t>;

/// A smooth picture with some noise, the same for the same size.
Image make_picture(Size size, PixelFormat format = PixelFormat::rgb8);

struct JpegKind {
  bool is_progressive = false;
  bool is_arithmetic = false;
  bool is_cmyk = false;  ///< four channels, stored inverted
  int restart_interval = 0;
  /// How many samples of the first component there are for one of the others; empty: 2 x 2 (4:2:0) for colour, else 1
  /// x 1.
  std::optional<Size> sampling = {};
  int scan_components = 3;  ///< 1: every component has a scan of its own
};
ByteVector make_jpeg(const ImageView& image, const JpegKind& kind = {});
/// SOI and one segment after the other: {marker, payload}.
ByteVector make_jpeg_segment(std::uint8_t marker, const ByteVector& payload);
/// An APP1 segment with an EXIF block of this orientation, to be inserted behind SOI.
ByteVector make_exif(int orientation);
ByteVector insert(ByteVector bytes, std::size_t position, const ByteVector& piece);

ByteVector make_png_chunk(std::string_view type, const ByteVector& data);
/// `rows` are the packed rows without filter bytes.
ByteVector make_png(int width, int height, int bits, int colour_type, const ByteVector& rows,
                    const std::vector<ByteVector>& chunks = {});
ByteVector make_png_header(std::uint32_t width, std::uint32_t height);

struct BmpKind {
  std::int32_t width = 0, height = 0;
  std::uint16_t bits = 24;
  std::uint32_t compression = 0;
  ByteVector masks = {};    ///< behind the header
  ByteVector palette = {};  ///< blue, green, red, 0
};
ByteVector make_bmp(const BmpKind& kind, const ByteVector& pixels);

struct TiffTag {
  std::uint16_t tag, type;
  std::uint32_t count, value;
};
/// Little endian, one directory at offset 8, `data` behind it.
ByteVector make_tiff(const std::vector<TiffTag>& tags, const ByteVector& data, std::uint32_t next_directory = 0);
/// Where make_tiff() puts `data`.
std::uint32_t tiff_data_offset(std::size_t tags);

/// A RIFF file of WebP chunks: {"VP8X", payload}, ...
ByteVector make_riff(const std::vector<std::pair<std::string, ByteVector>>& chunks);
/// What encode_image() writes, in one line.
ByteVector encode(const ImageView& image, ImageFormat format);

/// The first `size` bytes.
ByteVector cut(ByteVector bytes, std::size_t size);
/// Where the first SOS segment begins.
std::size_t scan_start(const ByteVector& jpeg);

void append16(ByteVector& bytes, std::uint32_t value);  ///< little endian
void append32(ByteVector& bytes, std::uint32_t value);
ByteVector text(std::string_view characters);

}  // namespace visionkit::test
