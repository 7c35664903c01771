// What the readers of the single formats have in common. A reader is two functions: one that looks at the header and
// allocates nothing, and one that writes pixels into memory of the size that the header promised.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <visionkit/image/io.hpp>

namespace visionkit {

using Bytes = std::span<const std::uint8_t>;

/// What the header of an encoded picture says.
struct ImageHeader {
  ImageFormat format = ImageFormat::jpeg;
  Size size = {};        ///< as stored
  int orientation = 1;   ///< EXIF, 1..8
  bool is_gray = false;  ///< can be decoded to gray8 without a colour conversion
  bool is_first_of_several = false;
};

/// Where a reader writes: rows of `width` pixels in `format`.
struct PixelTarget {
  std::uint8_t* data = nullptr;
  Size size = {};
  std::ptrdiff_t stride = 0;
  PixelFormat format = PixelFormat::rgb8;
  int left = 0;  ///< the column of the picture that comes first; only decode_jpeg() takes others than 0
  int top = 0;   ///< the row that comes first, likewise

  [[nodiscard]] std::uint8_t* row(int y) const { return data + y * stride; }
};

/// What a header asks for.
struct SizeClaim {
  std::uint64_t width = 0;
  std::uint64_t height = 0;
  int channels = 0;                 ///< bytes per pixel of the picture that will be returned
  std::uint64_t working_bytes = 0;  ///< what the decoder keeps beside it and grows with the picture
};

/// Throws image_corrupt for an empty picture and image_too_large for one beyond the limits. Readers call it before they
/// allocate anything.
void check_size(ImageFormat format, const SizeClaim& claim, const ImageLimits& limits);

/// "PNG image: <why>", image_corrupt.
[[noreturn]] void fail_corrupt(ImageFormat format, std::string_view why);
/// "PNG image: <why>", image_truncated.
[[noreturn]] void fail_truncated(ImageFormat format, std::string_view why);

ImageHeader read_jpeg_header(Bytes bytes, const ReadOptions& options);
ImageHeader read_png_header(Bytes bytes, const ReadOptions& options);
ImageHeader read_webp_header(Bytes bytes, const ReadOptions& options);
ImageHeader read_bmp_header(Bytes bytes, const ReadOptions& options);
ImageHeader read_tiff_header(Bytes bytes, const ReadOptions& options);

/// Every reader writes any colour format; gray8 only when the header says is_gray. Flags of the report are set, never
/// reset.
void decode_jpeg(Bytes bytes, const ImageHeader& header, const ReadOptions& options, const PixelTarget& target,
                 ReadReport& report);
void decode_png(Bytes bytes, const ImageHeader& header, const ReadOptions& options, const PixelTarget& target,
                ReadReport& report);
void decode_webp(Bytes bytes, const ImageHeader& header, const ReadOptions& options, const PixelTarget& target,
                 ReadReport& report);
void decode_bmp(Bytes bytes, const ImageHeader& header, const ReadOptions& options, const PixelTarget& target,
                ReadReport& report);
void decode_tiff(Bytes bytes, const ImageHeader& header, const ReadOptions& options, const PixelTarget& target,
                 ReadReport& report);

}  // namespace visionkit
