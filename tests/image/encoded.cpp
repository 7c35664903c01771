#include "encoded.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <doctest/doctest.h>

#include <jpeglib.h>
#include <zlib.h>

namespace visionkit::test {
namespace {

void append_be32(ByteVector& bytes, std::uint32_t value) {
  for (const unsigned shift : {24U, 16U, 8U, 0U}) bytes.push_back(static_cast<std::uint8_t>(value >> shift));
}

void append(ByteVector& bytes, const ByteVector& more) { bytes.insert(bytes.end(), more.begin(), more.end()); }

}  // namespace

void append16(ByteVector& bytes, std::uint32_t value) {
  bytes.push_back(static_cast<std::uint8_t>(value));
  bytes.push_back(static_cast<std::uint8_t>(value >> 8U));
}

void append32(ByteVector& bytes, std::uint32_t value) {
  append16(bytes, value & 0xFFFFU);
  append16(bytes, value >> 16U);
}

ByteVector cut(ByteVector bytes, std::size_t size) {
  bytes.resize(size);
  return bytes;
}

std::size_t scan_start(const ByteVector& jpeg) {
  for (std::size_t i = 2; i + 1 < jpeg.size(); ++i) {
    if (jpeg[i] == 0xFF && jpeg[i + 1] == 0xDA) return i;
  }
  return 0;
}

ByteVector text(std::string_view characters) { return {characters.begin(), characters.end()}; }

ByteVector insert(ByteVector bytes, std::size_t position, const ByteVector& piece) {
  bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(position), piece.begin(), piece.end());
  return bytes;
}

Image make_picture(Size size, PixelFormat format) {
  Image image(size, format);
  std::uint32_t noise = 1;
  const int step = channels(format);
  for (int y = 0; y < size.height; ++y) {
    for (int i = 0; i < size.width * step; ++i) {
      noise = noise * 1664525U + 1013904223U;
      const int x = i / step;
      const int channel = i % step;
      image.row(y)[i] =
          static_cast<std::uint8_t>((x * (3 + channel) + y * (5 - channel) + static_cast<int>(noise >> 28U)) & 0xFF);
    }
  }
  return image;
}

ByteVector make_jpeg(const ImageView& image, const JpegKind& kind) {
  jpeg_compress_struct info = {};
  jpeg_error_mgr errors = {};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &bytes, &size);
  info.image_width = static_cast<JDIMENSION>(image.width);
  info.image_height = static_cast<JDIMENSION>(image.height);
  info.input_components = channels(image.format);
  info.in_color_space = kind.is_cmyk ? JCS_CMYK : image.format == PixelFormat::gray8 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, 90, TRUE);
  info.arith_code = kind.is_arithmetic ? TRUE : FALSE;
  info.restart_interval = static_cast<unsigned>(kind.restart_interval);
  const auto sampling = kind.sampling.value_or(info.num_components == 3 ? Size{2, 2} : Size{1, 1});
  info.comp_info[0].h_samp_factor = sampling.width;
  info.comp_info[0].v_samp_factor = sampling.height;
  std::vector<jpeg_scan_info> scans;
  if (kind.is_progressive) {
    jpeg_simple_progression(&info);
  } else if (kind.scan_components == 1) {
    for (int i = 0; i < info.num_components; ++i) scans.push_back({1, {i, 0, 0, 0}, 0, 63, 0, 0});
    info.scan_info = scans.data();
    info.num_scans = static_cast<int>(scans.size());
  }
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    auto* row = const_cast<JSAMPROW>(image.row(static_cast<int>(info.next_scanline)));
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  ByteVector result(bytes, bytes + size);
  std::free(bytes);
  return result;
}

ByteVector make_jpeg_segment(std::uint8_t marker, const ByteVector& payload) {
  const auto length = payload.size() + 2;
  ByteVector segment(4 + payload.size());
  segment[0] = 0xFF;
  segment[1] = marker;
  segment[2] = static_cast<std::uint8_t>(length >> 8U);
  segment[3] = static_cast<std::uint8_t>(length);
  std::copy(payload.begin(), payload.end(), segment.begin() + 4);
  return segment;
}

ByteVector make_exif(int orientation) {
  ByteVector block = text("Exif");
  block.insert(block.end(), {0, 0, 'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0});
  append32(block, static_cast<std::uint32_t>(orientation));
  append32(block, 0);
  return make_jpeg_segment(0xE1, block);
}

ByteVector make_png_chunk(std::string_view type, const ByteVector& data) {
  ByteVector chunk;
  append_be32(chunk, static_cast<std::uint32_t>(data.size()));
  append(chunk, text(type));
  append(chunk, data);
  append_be32(chunk, static_cast<std::uint32_t>(::crc32(0, chunk.data() + 4, static_cast<uInt>(chunk.size() - 4))));
  return chunk;
}

ByteVector make_png(int width, int height, int bits, int colour_type, const ByteVector& rows,
                    const std::vector<ByteVector>& chunks) {
  ByteVector header;
  append_be32(header, static_cast<std::uint32_t>(width));
  append_be32(header, static_cast<std::uint32_t>(height));
  header.insert(header.end(), {static_cast<std::uint8_t>(bits), static_cast<std::uint8_t>(colour_type), 0, 0, 0});
  const std::size_t row_bytes = rows.size() / static_cast<std::size_t>(height);
  ByteVector filtered;
  for (std::size_t at = 0; at < rows.size(); at += row_bytes) {
    filtered.push_back(0);
    filtered.insert(filtered.end(), rows.begin() + static_cast<std::ptrdiff_t>(at),
                    rows.begin() + static_cast<std::ptrdiff_t>(at + row_bytes));
  }
  uLongf size = compressBound(static_cast<uLong>(filtered.size()));
  ByteVector packed(size);
  compress(packed.data(), &size, filtered.data(), static_cast<uLong>(filtered.size()));
  packed.resize(size);
  ByteVector png = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  append(png, make_png_chunk("IHDR", header));
  for (const auto& chunk : chunks) append(png, chunk);
  append(png, make_png_chunk("IDAT", packed));
  append(png, make_png_chunk("IEND", {}));
  return png;
}

ByteVector make_png_header(std::uint32_t width, std::uint32_t height) {
  ByteVector header;
  append_be32(header, width);
  append_be32(header, height);
  header.insert(header.end(), {8, 2, 0, 0, 0});
  ByteVector png = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  append(png, make_png_chunk("IHDR", header));
  return png;
}

ByteVector make_bmp(const BmpKind& kind, const ByteVector& pixels) {
  ByteVector bmp = text("BM");
  const auto offset = 54 + kind.masks.size() + kind.palette.size();
  append32(bmp, static_cast<std::uint32_t>(offset + pixels.size()));
  append32(bmp, 0);
  append32(bmp, static_cast<std::uint32_t>(offset));
  append32(bmp, 40);
  append32(bmp, static_cast<std::uint32_t>(kind.width));
  append32(bmp, static_cast<std::uint32_t>(kind.height));
  append16(bmp, 1);
  append16(bmp, kind.bits);
  append32(bmp, kind.compression);
  append32(bmp, static_cast<std::uint32_t>(pixels.size()));
  append32(bmp, 0);
  append32(bmp, 0);
  append32(bmp, static_cast<std::uint32_t>(kind.palette.size() / 4));
  append32(bmp, 0);
  append(bmp, kind.masks);
  append(bmp, kind.palette);
  append(bmp, pixels);
  return bmp;
}

std::uint32_t tiff_data_offset(std::size_t tags) { return static_cast<std::uint32_t>(8 + 2 + 12 * tags + 4); }

ByteVector make_tiff(const std::vector<TiffTag>& tags, const ByteVector& data, std::uint32_t next_directory) {
  ByteVector tiff = {'I', 'I', 42, 0, 8, 0, 0, 0};
  append16(tiff, static_cast<std::uint32_t>(tags.size()));
  for (const auto& tag : tags) {
    append16(tiff, tag.tag);
    append16(tiff, tag.type);
    append32(tiff, tag.count);
    append32(tiff, tag.value);
  }
  append32(tiff, next_directory);
  append(tiff, data);
  return tiff;
}

ByteVector make_riff(const std::vector<std::pair<std::string, ByteVector>>& chunks) {
  ByteVector body = text("WEBP");
  for (const auto& [name, data] : chunks) {
    append(body, text(name));
    append32(body, static_cast<std::uint32_t>(data.size()));
    append(body, data);
    if (data.size() % 2 != 0) body.push_back(0);
  }
  ByteVector riff = text("RIFF");
  append32(riff, static_cast<std::uint32_t>(body.size()));
  append(riff, body);
  return riff;
}

ByteVector encode(const ImageView& image, ImageFormat format) { return encode_image(image, {.format = format}); }

}  // namespace visionkit::test
