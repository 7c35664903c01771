// Reading and writing pictures: JPEG, PNG, WebP, BMP, and TIFF on request. The content decides, never the file name.
// What happens to gray, palettes, alpha, 16 bits, CMYK, animations is one table: src/docs/images.md. Every function
// here is safe to call from many threads.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <visionkit/image/image.hpp>

namespace visionkit {

enum class ImageFormat { jpeg, png, webp, bmp, tiff };

VISIONKIT_API std::string_view to_string(ImageFormat format) noexcept;  ///< "JPEG"

/// What becomes of the EXIF orientation of a JPEG, PNG, WebP or TIFF file. Values outside 1..8 mean upright.
enum class OrientationPolicy {
  turn_upright,  ///< the picture as its owner sees it
  ignore,        ///< the pixels as they are stored, for parity with loaders that do not look
};

/// What becomes of damaged data.
enum class Strictness {
  strict,   ///< image_truncated or image_corrupt
  lenient,  ///< the part that could be decoded (the rest is unspecified, mostly gray or black) and a flag in ReadReport
};

/// Which formats are read; another one is refused as unsupported_image before it is looked into.
struct AllowedFormats {
  bool jpeg = true;
  bool png = true;
  bool webp = true;
  bool bmp = true;
  bool tiff = false;  ///< a large surface for hostile files, so on request only
};

/// What is accepted before anything is allocated for the picture; beyond it: image_too_large.
struct ImageLimits {
  std::uint64_t max_pixels = 100'000'000;                       ///< width * height as stored
  std::uint64_t max_decoded_bytes = std::uint64_t{512} << 20U;  ///< the picture and the decoder's own working memory
  std::uint64_t max_encoded_bytes = std::uint64_t{1} << 30U;    ///< the file
  std::uint64_t max_chunk_bytes = std::uint64_t{16} << 20U;     ///< one text, profile or the like in a PNG
  /// Of a progressive JPEG; a picture close to max_pixels may have 32, since the time to decode grows with both.
  int max_scans = 500;
};

struct ReadOptions {
  PixelFormat format = PixelFormat::rgb8;  ///< of the picture that comes back
  OrientationPolicy orientation = OrientationPolicy::turn_upright;
  Strictness strictness = Strictness::strict;
  AllowedFormats formats = {};
  ImageLimits limits = {};
  /// 1, 2, 4 or 8: a JPEG is decoded at that fraction of its size (rounded up) by its own transform, which is faster
  /// but not the same as decoding and resizing. Other formats are not affected.
  int jpeg_reduction = 1;
};

/// What was found while reading.
struct ReadReport {
  ImageFormat format = ImageFormat::jpeg;
  Size stored_size = {};             ///< as encoded, before a reduction and before turning
  int exif_orientation = 1;          ///< 1..8; 1 also when there is none or it is invalid
  bool is_turned = false;            ///< the picture was turned or mirrored by that orientation
  bool is_missing_end = false;       ///< all pixels are there, only the end marker is not
  bool is_truncated = false;         ///< lenient only: the data ended early
  bool is_corrupt = false;           ///< lenient only: the data contradicts itself
  bool is_first_of_several = false;  ///< the first frame of an animation or the first page of a document
  bool has_trailing_bytes = false;   ///< more bytes follow the end of the picture
  friend bool operator==(const ReadReport&, const ReadReport&) = default;
};

struct ReadResult {
  Image image;
  ReadReport report;
};

/// Reads an encoded picture from a file.
/// Throws not_found, permission_denied, not_regular_file, io, unsupported_image, image_corrupt (no picture can be made
/// of it), image_truncated (it ends early, a lenient read returns a part), image_too_large, out_of_memory,
/// invalid_option.
[[nodiscard]] VISIONKIT_API Image read_image(const std::string& path, const ReadOptions& options = {});
[[nodiscard]] VISIONKIT_API ReadResult read_image_with_report(const std::string& path, const ReadOptions& options = {});

/// Reads an encoded picture from memory. Throws the codes of read_image and invalid_argument for no bytes at all.
[[nodiscard]] VISIONKIT_API Image decode_image(std::span<const std::uint8_t> bytes, const ReadOptions& options = {});
[[nodiscard]] VISIONKIT_API ReadResult decode_image_with_report(std::span<const std::uint8_t> bytes,
                                                                const ReadOptions& options = {});

/// Reads an encoded picture from base64 text (RFC 4648, both alphabets, white space allowed), plain or as a data URL
/// ("data:image/png;base64,..."). Throws the codes of decode_image; invalid_argument for text that is not base64.
[[nodiscard]] VISIONKIT_API Image decode_base64_image(std::string_view text, const ReadOptions& options = {});

struct WriteOptions {
  /// JPEG, PNG or WebP. Empty: by the extension of the path (.jpg, .jpeg, .png, .webp).
  std::optional<ImageFormat> format = std::nullopt;
  int quality = 90;         ///< of JPEG (4:2:0 chroma) and lossy WebP, 1..100
  int png_compression = 3;  ///< 0 (fast, large) .. 9 (slow, small)
  bool lossless_webp = false;
};

/// Writes a picture whole or not at all: a temporary file in the same folder takes the place of `path` when it is
/// complete. Alpha is kept by PNG and WebP and dropped by JPEG.
/// Throws invalid_argument, invalid_option, not_found, permission_denied, not_regular_file, io, image_too_large (WebP
/// ends at 16,383 pixels a side, JPEG at 65,500), out_of_memory.
VISIONKIT_API void write_image(const std::string& path, const ImageView& image, const WriteOptions& options = {});

/// The encoded picture. `options.format` must be set.
[[nodiscard]] VISIONKIT_API std::vector<std::uint8_t> encode_image(const ImageView& image, const WriteOptions& options);

}  // namespace visionkit
