// The first page of a TIFF, over libtiff's strips and tiles. Not over its RGBA reader, which blends alpha and rounds 16
// bits its own way.
#include "image/tiff.hpp"

#include <tiffio.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <vector>

#include "core/fail.hpp"
#include "image/cmyk.hpp"
#include "image/convert.hpp"

namespace visionkit {
namespace {

constexpr auto tiff = ImageFormat::tiff;

// The bytes as a file. libtiff takes them from `map`; the other functions are there for its small reads.
struct Memory {
  Bytes bytes;
  std::uint64_t position = 0;
};

tmsize_t on_read(thandle_t handle, void* target, tmsize_t count) {
  auto* memory = static_cast<Memory*>(handle);
  const auto left = memory->bytes.size() - std::min<std::uint64_t>(memory->position, memory->bytes.size());
  const auto n = std::min(static_cast<std::size_t>(count), left);
  std::memcpy(target, memory->bytes.data() + (memory->bytes.size() - left), n);
  memory->position += n;
  return static_cast<tmsize_t>(n);
}

tmsize_t on_write(thandle_t, void*, tmsize_t) { return 0; }

toff_t on_seek(thandle_t handle, toff_t offset, int whence) {
  auto* memory = static_cast<Memory*>(handle);
  const auto base = whence == SEEK_CUR ? memory->position : whence == SEEK_END ? memory->bytes.size() : 0;
  memory->position = base + offset;
  return memory->position;
}

int on_close(thandle_t) { return 0; }
toff_t on_size(thandle_t handle) { return static_cast<Memory*>(handle)->bytes.size(); }

int on_map(thandle_t handle, void** base, toff_t* size) {
  const auto& bytes = static_cast<Memory*>(handle)->bytes;
  *base = const_cast<std::uint8_t*>(bytes.data());  // opened for reading only
  *size = bytes.size();
  return 1;
}

void on_unmap(thandle_t, void*, toff_t) {}
int on_message(TIFF*, void*, const char*, const char*, va_list) { return 1; }  // handled: said by the caller's Error

using File = std::unique_ptr<TIFF, decltype(&TIFFClose)>;

File open(Memory& memory, const ImageLimits& limits) {
  const std::unique_ptr<TIFFOpenOptions, decltype(&TIFFOpenOptionsFree)> options(TIFFOpenOptionsAlloc(),
                                                                                 &TIFFOpenOptionsFree);
  if (options == nullptr) fail(ErrorCode::out_of_memory, "TIFF image: out of memory");
  const auto most = std::min<std::uint64_t>(limits.max_decoded_bytes, std::uint64_t{1} << 40U);
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), static_cast<tmsize_t>(most));
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), on_message, nullptr);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), on_message, nullptr);
  // "c": strips stay as the file has them, for read_tiff_layout() counted those
  File file(TIFFClientOpenExt("image", "rc", &memory, on_read, on_write, on_seek, on_close, on_size, on_map, on_unmap,
                              options.get()),
            &TIFFClose);
  if (file == nullptr) fail_corrupt(tiff, "libtiff cannot make sense of it");
  return file;
}

std::uint32_t field(TIFF* file, std::uint32_t tag) {
  if (tag == TIFFTAG_IMAGEWIDTH || tag == TIFFTAG_IMAGELENGTH) {
    std::uint32_t value = 0;
    TIFFGetFieldDefaulted(file, tag, &value);
    return value;
  }
  std::uint16_t value = 0;
  TIFFGetFieldDefaulted(file, tag, &value);
  return value;
}

// The two readers of the header must agree, or the sizes computed from it would not hold.
void check_agreement(TIFF* file, const TiffLayout& layout) {
  const bool agrees =
      field(file, TIFFTAG_IMAGEWIDTH) == layout.width && field(file, TIFFTAG_IMAGELENGTH) == layout.height &&
      field(file, TIFFTAG_BITSPERSAMPLE) == layout.bits && field(file, TIFFTAG_SAMPLESPERPIXEL) == layout.samples &&
      field(file, TIFFTAG_PLANARCONFIG) == layout.planar && field(file, TIFFTAG_PHOTOMETRIC) == layout.photometric &&
      field(file, TIFFTAG_COMPRESSION) == layout.compression && (TIFFIsTiled(file) != 0) == layout.is_tiled;
  const auto block_bytes = layout.is_tiled ? TIFFTileSize(file) : TIFFStripSize(file);
  if (!agrees || block_bytes < 0 || static_cast<std::uint64_t>(block_bytes) != layout.block_bytes()) {
    fail_corrupt(tiff, "a tag occurs twice or contradicts another");
  }
}

// Samples of one row of a block to pixels of RGBA.
class RowExpander {
 public:
  RowExpander(TIFF* file, const TiffLayout& layout) : layout_(layout) {
    const std::uint32_t colours = layout.is_gray() ? 1 : layout.photometric == 3 ? 1 : layout.photometric == 5 ? 4 : 3;
    alpha_ = layout.samples > colours ? static_cast<int>(colours) : -1;
    if (layout.photometric == 3) read_palette(file);
  }

  // `planes` points to the row in each plane. RGBA, four bytes a pixel.
  void expand(std::span<const std::uint8_t* const> planes, std::uint32_t width, std::uint8_t* rgba) const {
    for (std::uint32_t x = 0; x < width; ++x, rgba += 4) {
      const auto sample = [&](std::uint32_t channel) {
        return layout_.planar == 2 ? value(planes[channel], x) : value(planes[0], x * layout_.samples + channel);
      };
      switch (layout_.photometric) {
        case 0:
        case 1: {
          const auto gray = scaled(sample(0));
          std::memset(rgba, layout_.photometric == 0 ? 255 - gray : gray, 3);
          break;
        }
        case 3: std::memcpy(rgba, palette_[sample(0)].data(), 3); break;
        case 5: std::memcpy(rgba, rgb_from_cmyk(sample(0), sample(1), sample(2), sample(3)).data(), 3); break;
        default:
          for (std::uint32_t channel = 0; channel < 3; ++channel) rgba[channel] = sample(channel);
      }
      rgba[3] = alpha_ >= 0 ? sample(static_cast<std::uint32_t>(alpha_)) : 255;
    }
  }

 private:
  // Eight bits or fewer; of sixteen the high byte.
  [[nodiscard]] std::uint8_t value(const std::uint8_t* row, std::size_t index) const {
    if (layout_.bits == 8) return row[index];
    if (layout_.bits == 16) {
      std::uint16_t wide = 0;  // in the byte order of this machine, libtiff has seen to it
      std::memcpy(&wide, row + 2 * index, 2);
      return static_cast<std::uint8_t>(wide >> 8U);
    }
    const auto per_byte = 8 / layout_.bits;
    const auto shift = 8 - layout_.bits * (index % per_byte + 1);
    return static_cast<std::uint8_t>(row[index / per_byte] >> shift & ((1U << layout_.bits) - 1U));
  }
  [[nodiscard]] std::uint8_t scaled(std::uint8_t gray) const {
    return layout_.bits >= 8 ? gray : static_cast<std::uint8_t>(gray * 255U / ((1U << layout_.bits) - 1U));
  }

  void read_palette(TIFF* file) {
    std::uint16_t *red = nullptr, *green = nullptr, *blue = nullptr;
    if (TIFFGetField(file, TIFFTAG_COLORMAP, &red, &green, &blue) == 0) fail_corrupt(tiff, "the palette is missing");
    for (std::size_t i = 0; i < std::size_t{1} << layout_.bits; ++i) {
      palette_[i] = {static_cast<std::uint8_t>(red[i] >> 8U), static_cast<std::uint8_t>(green[i] >> 8U),
                     static_cast<std::uint8_t>(blue[i] >> 8U)};
    }
  }

  TiffLayout layout_;
  int alpha_ = -1;
  std::array<std::array<std::uint8_t, 3>, 256> palette_ = {};
};

enum class Outcome { complete, truncated, corrupt };

Outcome read_block(TIFF* file, const TiffLayout& layout, std::uint32_t index, std::span<std::uint8_t> target) {
  const auto wanted = static_cast<tmsize_t>(target.size());
  const auto got = layout.is_tiled ? TIFFReadEncodedTile(file, index, target.data(), wanted)
                                   : TIFFReadEncodedStrip(file, index, target.data(), wanted);
  if (got == wanted) return Outcome::complete;
  // The last strip may be shorter; libtiff says by how much.
  const auto rows_left = layout.height % layout.block_height;
  const bool is_last = !layout.is_tiled && index % layout.rows() == layout.rows() - 1 && rows_left != 0;
  if (is_last && got == wanted / static_cast<tmsize_t>(layout.block_height) * static_cast<tmsize_t>(rows_left)) {
    return Outcome::complete;
  }
  if (got <= 0) std::memset(target.data(), 0, target.size());
  const auto end = TIFFGetStrileOffset(file, index) + TIFFGetStrileByteCount(file, index);
  return end > static_cast<const Memory*>(TIFFClientdata(file))->bytes.size() ? Outcome::truncated : Outcome::corrupt;
}

void report_damage(Outcome outcome, Strictness strictness, ReadReport& report) {
  if (outcome == Outcome::complete) return;
  if (strictness == Strictness::strict) {
    if (outcome == Outcome::truncated) fail_truncated(tiff, "the data ends before the picture does");
    fail_corrupt(tiff, "a strip or tile does not decode");
  }
  (outcome == Outcome::truncated ? report.is_truncated : report.is_corrupt) = true;
}

}  // namespace

void decode_tiff(Bytes bytes, const ImageHeader&, const ReadOptions& options, const PixelTarget& target,
                 ReadReport& report) {
  const auto layout = read_tiff_layout(bytes, options);
  Memory memory{bytes};
  const auto file = open(memory, options.limits);
  if (layout.photometric == PHOTOMETRIC_YCBCR) TIFFSetField(file.get(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
  check_agreement(file.get(), layout);
  const RowExpander expander(file.get(), layout);

  const auto block_bytes = static_cast<std::size_t>(layout.block_bytes());
  const auto row_bytes = block_bytes / layout.block_height;
  std::vector<std::uint8_t> block(block_bytes * layout.planes());
  std::vector<std::uint8_t> rgba(std::size_t{layout.block_width} * 4);
  std::array<const std::uint8_t*, 8> planes = {};
  const auto convert_row = row_converter(PixelFormat::rgba8, target.format);
  const auto step = channels(target.format);

  std::uint32_t index = 0;
  const auto blocks_per_plane = static_cast<std::uint32_t>(layout.columns() * layout.rows());
  for (std::uint32_t top = 0; top < layout.height; top += layout.block_height) {
    for (std::uint32_t left = 0; left < layout.width; left += layout.block_width, ++index) {
      for (std::uint32_t plane = 0; plane < layout.planes(); ++plane) {
        const auto outcome = read_block(file.get(), layout, index + plane * blocks_per_plane,
                                        std::span(block).subspan(plane * block_bytes, block_bytes));
        report_damage(outcome, options.strictness, report);
      }
      const auto width = std::min(layout.block_width, layout.width - left);
      const auto height = std::min(layout.block_height, layout.height - top);
      for (std::uint32_t y = 0; y < height; ++y) {
        for (std::uint32_t plane = 0; plane < layout.planes(); ++plane) {
          planes[plane] = block.data() + plane * block_bytes + y * row_bytes;
        }
        expander.expand(planes, width, rgba.data());
        convert_row(rgba.data(), target.row(static_cast<int>(top + y)) + std::ptrdiff_t{left} * step,
                    static_cast<int>(width));
      }
    }
  }
}

}  // namespace visionkit
