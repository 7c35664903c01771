// BMP: 1, 4, 8, 16, 24 and 32 bits, bit fields, RLE4 and RLE8, bottom-up and top-down.
// Source: Microsoft's BITMAPFILEHEADER, BITMAPCOREHEADER, BITMAPINFOHEADER and BITMAPV5HEADER.
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <vector>

#include "core/fail.hpp"
#include "image/bytes.hpp"
#include "image/codec.hpp"
#include "image/convert.hpp"

namespace visionkit {
namespace {

constexpr auto bmp = ImageFormat::bmp;
constexpr std::size_t file_header = 14;

enum class Compression : std::uint32_t { none = 0, rle8 = 1, rle4 = 2, bit_fields = 3, alpha_bit_fields = 6 };

struct Layout {
  std::uint64_t width = 0, height = 0;
  bool is_top_down = false;
  unsigned bits = 0;
  Compression compression = Compression::none;
  std::array<std::uint32_t, 4> masks = {};  // red, green, blue, alpha
  Bytes palette;
  std::size_t palette_step = 4;
  Bytes pixels;

  [[nodiscard]] std::size_t row_bytes() const { return (width * bits + 31) / 32 * 4; }
  [[nodiscard]] bool is_run_length() const {
    return compression == Compression::rle4 || compression == Compression::rle8;
  }
};

void check_depth(const Layout& layout) {
  const auto bits = layout.bits;
  const bool is_valid = [&] {
    switch (layout.compression) {
      case Compression::none: return bits == 1 || bits == 4 || bits == 8 || bits == 16 || bits == 24 || bits == 32;
      case Compression::rle8: return bits == 8;
      case Compression::rle4: return bits == 4;
      case Compression::bit_fields:
      case Compression::alpha_bit_fields: return bits == 16 || bits == 32;
    }
    return false;
  }();
  if (!is_valid) {
    fail(ErrorCode::unsupported_image, "BMP image: {} bits per pixel with compression {} are not read", bits,
         static_cast<unsigned>(layout.compression));
  }
}

Layout read_layout(Bytes bytes) {
  constexpr std::size_t core_header = 12, info_header = 40;
  if (bytes.size() < file_header + core_header) fail_corrupt(bmp, "the data ends inside the header");
  const std::size_t header = le32(bytes.data() + file_header);
  if (header != core_header && (header < 16 || header > 256)) fail_corrupt(bmp, "the header has an impossible length");
  if (bytes.size() < file_header + header) fail_corrupt(bmp, "the data ends inside the header");
  const auto* p = bytes.data() + file_header;

  Layout layout;
  std::uint32_t colours = 0;
  if (header == core_header) {
    layout.width = le16(p + 4);
    layout.height = le16(p + 6);
    layout.bits = le16(p + 10);
    layout.palette_step = 3;
  } else {
    layout.width = le32(p + 4);
    const auto height = le32(p + 8);
    layout.is_top_down = height >= 0x80000000U;
    layout.height = layout.is_top_down ? std::uint64_t{0x100000000} - height : height;
    layout.bits = le16(p + 14);
    if (header >= 20) layout.compression = static_cast<Compression>(le32(p + 16));
    if (header >= 36) colours = le32(p + 32);
  }
  check_depth(layout);
  if (layout.is_run_length() && layout.is_top_down) {
    fail_corrupt(bmp, "run lengths and top-down rows exclude each other");
  }

  std::size_t at = file_header + header;
  if (layout.bits == 16) layout.masks = {0x7C00, 0x03E0, 0x001F, 0};
  if (layout.bits == 32) layout.masks = {0xFF0000, 0xFF00, 0xFF, 0};
  if (layout.compression == Compression::bit_fields || layout.compression == Compression::alpha_bit_fields) {
    const std::size_t count = layout.compression == Compression::alpha_bit_fields || header >= 56 ? 4 : 3;
    const std::size_t masks_at = file_header + info_header;  // inside the longer headers, behind the shortest
    if (header < info_header || bytes.size() < masks_at + 4 * count) fail_corrupt(bmp, "the colour masks are missing");
    for (std::size_t i = 0; i < count; ++i) layout.masks[i] = le32(bytes.data() + masks_at + 4 * i);
    at = std::max(at, masks_at + 4 * count);
  }
  if (layout.bits <= 8) {
    const std::size_t most = std::size_t{1} << layout.bits;
    const std::size_t count = colours == 0 ? most : std::min<std::size_t>(colours, most);
    layout.palette = bytes.subspan(at, std::min(bytes.size() - at, count * layout.palette_step));
  }
  const std::size_t offset = le32(bytes.data() + 10);
  if (offset < file_header + header) fail_corrupt(bmp, "the pixels lie inside the header");
  layout.pixels = bytes.subspan(std::min(offset, bytes.size()));
  if (layout.bits <= 8) {  // a palette that reaches into the pixels is shorter than it says
    const auto end = std::min(offset, bytes.size());
    layout.palette = layout.palette.first(std::min(layout.palette.size(), end > at ? end - at : 0));
  }
  return layout;
}

using Palette = std::array<std::array<std::uint8_t, 4>, 256>;  // RGBA; black where the file has none

Palette read_palette(const Layout& layout) {
  Palette palette;
  palette.fill({0, 0, 0, 255});
  const auto step = layout.palette_step;
  for (std::size_t i = 0; i < layout.palette.size() / step; ++i) {
    const auto* entry = layout.palette.data() + i * step;
    palette[i] = {entry[2], entry[1], entry[0], 255};
  }
  return palette;
}

// One channel of a bit field, scaled to 0..255 like Pillow: value * 255 / most, rounded down.
struct Field {
  unsigned shift = 0;
  std::uint32_t most = 0;

  explicit Field(std::uint32_t mask)
      : shift(mask == 0 ? 0 : static_cast<unsigned>(std::countr_zero(mask))), most(mask >> shift) {}
  [[nodiscard]] std::uint8_t value(std::uint32_t pixel) const {
    if (most == 0) return 0;
    return static_cast<std::uint8_t>(std::uint64_t{pixel >> shift & most} * 255 / most);
  }
};

// A row of indices becomes a row of RGBA.
void expand_palette(const std::uint8_t* row, unsigned bits, int width, const Palette& palette, std::uint8_t* rgba) {
  const unsigned per_byte = 8 / bits;
  const unsigned mask = (1U << bits) - 1U;
  for (unsigned x = 0; x < static_cast<unsigned>(width); ++x) {
    const unsigned shift = 8 - bits * (x % per_byte + 1);
    std::memcpy(rgba + 4 * std::size_t{x}, palette[row[x / per_byte] >> shift & mask].data(), 4);
  }
}

void expand_fields(const std::uint8_t* row, const Layout& layout, std::uint8_t* rgba) {
  const Field red(layout.masks[0]), green(layout.masks[1]), blue(layout.masks[2]), alpha(layout.masks[3]);
  const bool is_wide = layout.bits == 32;
  for (std::size_t x = 0; x < layout.width; ++x, rgba += 4) {
    const auto pixel = is_wide ? le32(row + 4 * x) : le16(row + 2 * x);
    rgba[0] = red.value(pixel);
    rgba[1] = green.value(pixel);
    rgba[2] = blue.value(pixel);
    rgba[3] = alpha.most == 0 ? 255 : alpha.value(pixel);
  }
}

enum class Ending { complete, truncated, overrun };

// Run lengths to one index a byte, rows in the order of the file; what is skipped keeps index 0.
Ending expand_runs(const Layout& layout, std::vector<std::uint8_t>& indices) {
  const auto& p = layout.pixels;
  const bool is_nibbles = layout.bits == 4;
  std::size_t x = 0, y = 0, at = 0;
  const auto put = [&](std::uint8_t index) {
    if (x >= layout.width || y >= layout.height) return false;
    indices[y * layout.width + x++] = index;
    return true;
  };
  while (at + 2 <= p.size()) {
    const std::size_t count = p[at];
    const auto value = p[at + 1];
    at += 2;
    if (count > 0) {
      for (std::size_t i = 0; i < count; ++i) {
        const auto index = !is_nibbles ? value : i % 2 == 0 ? value >> 4U : value & 15U;
        if (!put(static_cast<std::uint8_t>(index))) return Ending::overrun;
      }
    } else if (value == 0) {  // end of row
      x = 0;
      ++y;
    } else if (value == 1) {  // end of picture
      return Ending::complete;
    } else if (value == 2) {  // move right and up
      if (at + 2 > p.size()) return Ending::truncated;
      x += p[at];
      y += p[at + 1];
      at += 2;
      if (x > layout.width || y > layout.height) return Ending::overrun;
    } else {  // `value` indices as they are, padded to 16 bits
      const std::size_t bytes = is_nibbles ? (value + std::size_t{1}) / 2 : value;
      if (at + bytes > p.size()) return Ending::truncated;
      for (std::size_t i = 0; i < value; ++i) {
        const auto index = !is_nibbles ? p[at + i] : i % 2 == 0 ? p[at + i / 2] >> 4U : p[at + i / 2] & 15U;
        if (!put(static_cast<std::uint8_t>(index))) return Ending::overrun;
      }
      at += bytes + bytes % 2;
    }
  }
  // Without an end mark the picture is whole when its last row is.
  return y >= layout.height || (y + 1 == layout.height && x == layout.width) ? Ending::complete : Ending::truncated;
}

void report_damage(Ending ending, Strictness strictness, ReadReport& report) {
  if (ending == Ending::complete) return;
  if (strictness == Strictness::strict) {
    if (ending == Ending::truncated) fail_truncated(bmp, "the data ends before the picture does");
    fail_corrupt(bmp, "a run leaves the picture");
  }
  report.is_truncated = ending == Ending::truncated;
  report.is_corrupt = ending == Ending::overrun;
}

}  // namespace

ImageHeader read_bmp_header(Bytes bytes, const ReadOptions& options) {
  const auto layout = read_layout(bytes);
  check_size(bmp, {.width = layout.width, .height = layout.height, .channels = channels(options.format)},
             options.limits);
  if (layout.is_run_length()) {
    check_size(bmp,
               {.width = layout.width,
                .height = layout.height,
                .channels = channels(options.format),
                .working_bytes = layout.width * layout.height},
               options.limits);
  }
  ImageHeader header;
  header.format = bmp;
  header.size = {static_cast<int>(layout.width), static_cast<int>(layout.height)};
  return header;
}

void decode_bmp(Bytes bytes, const ImageHeader&, const ReadOptions& options, const PixelTarget& target,
                ReadReport& report) {
  const auto layout = read_layout(bytes);
  const auto [width, height] = target.size;
  std::vector<std::uint8_t> indices;
  Bytes rows = layout.pixels;
  std::size_t row_bytes = layout.row_bytes();
  unsigned bits = layout.bits;
  if (layout.is_run_length()) {
    indices.resize(layout.width * layout.height);
    report_damage(expand_runs(layout, indices), options.strictness, report);
    rows = indices;
    row_bytes = layout.width;
    bits = 8;
  } else {
    // The padding of the last row may be missing.
    const auto needed = row_bytes * (layout.height - 1) + (layout.width * layout.bits + 7) / 8;
    if (rows.size() < needed) {
      if (rows.empty()) fail_corrupt(bmp, "there are no pixels behind the header");
      report_damage(Ending::truncated, options.strictness, report);
    }
  }

  const auto palette = read_palette(layout);
  const auto from_rgba = row_converter(PixelFormat::rgba8, target.format);
  const auto from_bgr = row_converter(PixelFormat::bgr8, target.format);
  std::vector<std::uint8_t> padded(row_bytes), rgba(layout.width * 4);
  for (int i = 0; i < height; ++i) {
    auto* out = target.row(layout.is_top_down ? i : height - 1 - i);
    const auto at = std::min(row_bytes * static_cast<std::size_t>(i), rows.size());
    const auto* row = rows.data() + at;
    if (rows.size() - at < row_bytes) {  // the last row without padding, or a missing one, which is black
      padded.assign(row_bytes, 0);
      std::copy(rows.begin() + static_cast<std::ptrdiff_t>(at), rows.end(), padded.begin());
      row = padded.data();
    }
    if (bits == 24) {
      from_bgr(row, out, width);
      continue;
    }
    if (bits <= 8) {
      expand_palette(row, bits, width, palette, rgba.data());
    } else {
      expand_fields(row, layout, rgba.data());
    }
    from_rgba(rgba.data(), out, width);
  }
}

}  // namespace visionkit
