#include "image/header.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "core/fail.hpp"

namespace visionkit {
namespace {

using namespace std::string_view_literals;

struct Reader {
  ImageFormat format;
  bool AllowedFormats::*is_allowed;
  ImageHeader (*read_header)(Bytes, const ReadOptions&);
};

constexpr std::array readers = {
    Reader{ImageFormat::jpeg, &AllowedFormats::jpeg, read_jpeg_header},
    Reader{ImageFormat::png, &AllowedFormats::png, read_png_header},
    Reader{ImageFormat::webp, &AllowedFormats::webp, read_webp_header},
    Reader{ImageFormat::bmp, &AllowedFormats::bmp, read_bmp_header},
    Reader{ImageFormat::tiff, &AllowedFormats::tiff, read_tiff_header},
};

struct Signature {
  std::string_view start;
  std::size_t offset;
  std::string_view name;
};

constexpr std::array foreign = {
    Signature{"GIF87a"sv, 0, "GIF"},
    Signature{"GIF89a"sv, 0, "GIF"},
    Signature{"\0\0\0\x0CjP  "sv, 0, "JPEG 2000"},
    Signature{"\xFF\x4F\xFF\x51"sv, 0, "JPEG 2000"},
    Signature{"\0\0\0\x0CJXL "sv, 0, "JPEG XL"},
    Signature{"\xFF\x0A"sv, 0, "JPEG XL"},
    Signature{"#?RADIANCE"sv, 0, "Radiance HDR"},
    Signature{"#?RGBE"sv, 0, "Radiance HDR"},
    Signature{"\x76\x2F\x31\x01"sv, 0, "OpenEXR"},
    Signature{"\x59\xA6\x6A\x95"sv, 0, "Sun raster"},
    Signature{"ftypavif"sv, 4, "AVIF"},
    Signature{"ftypavis"sv, 4, "AVIF"},
    Signature{"ftyphe"sv, 4, "HEIC"},
    Signature{"ftypmif1"sv, 4, "HEIF"},
    Signature{"ftyp"sv, 4, "MP4 video"},
    Signature{"%PDF-"sv, 0, "PDF"},
    Signature{"\0\0\x01\0"sv, 0, "Windows icon"},
    Signature{"8BPS"sv, 0, "Photoshop"},
    Signature{"DDS "sv, 0, "DirectDraw surface"},
    Signature{"qoif"sv, 0, "QOI"},
    Signature{"\x93NUMPY"sv, 0, "NumPy array"},
    Signature{"PK\x03\x04"sv, 0, "ZIP archive"},
    Signature{"\x1F\x8B"sv, 0, "gzip"},
    Signature{"\x7F"
              "ELF"sv,
              0, "ELF program"},
    Signature{"<svg"sv, 0, "SVG"},
    Signature{"<?xml"sv, 0, "XML"},
};

bool starts_with(Bytes bytes, std::string_view start, std::size_t offset = 0) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return text.size() >= offset && text.substr(offset).starts_with(start);
}

const Reader* find_reader(Bytes bytes) {
  if (starts_with(bytes, "\xFF\xD8\xFF"sv)) return &readers[0];
  if (starts_with(bytes, "\x89PNG\r\n\x1A\n"sv)) return &readers[1];
  if (starts_with(bytes, "RIFF"sv) && starts_with(bytes, "WEBP"sv, 8)) return &readers[2];
  if (starts_with(bytes, "BM"sv) && bytes.size() >= 14) return &readers[3];
  if (starts_with(bytes, "II*\0"sv) || starts_with(bytes, "MM\0*"sv) || starts_with(bytes, "II+\0"sv) ||
      starts_with(bytes, "MM\0+"sv)) {
    return &readers[4];
  }
  return nullptr;
}

bool is_text(Bytes bytes) {
  const auto head = bytes.first(std::min<std::size_t>(bytes.size(), 256));
  return std::ranges::all_of(head, [](std::uint8_t c) { return c >= 0x20 || std::isspace(c) != 0; });
}

std::string_view name_of_foreign(Bytes bytes) {
  for (const auto& signature : foreign) {
    if (starts_with(bytes, signature.start, signature.offset)) return signature.name;
  }
  if (bytes.size() >= 3 && bytes[0] == 'P' && std::isspace(bytes[2]) != 0) {
    if (bytes[1] >= '1' && bytes[1] <= '6') return "Netpbm (PBM, PGM, PPM)";
    if (bytes[1] == '7') return "Netpbm PAM";
    if (bytes[1] == 'f' || bytes[1] == 'F') return "Netpbm PFM";
  }
  return is_text(bytes) ? "text" : "";
}

}  // namespace

void check_options(const ReadOptions& options) {
  if (channels(options.format) == 0) {
    fail(ErrorCode::invalid_option, "format is {}, expected a PixelFormat", static_cast<int>(options.format));
  }
  const int reduction = options.jpeg_reduction;
  if (reduction != 1 && reduction != 2 && reduction != 4 && reduction != 8) {
    fail(ErrorCode::invalid_option, "jpeg_reduction is {}, expected 1, 2, 4 or 8", reduction);
  }
  const auto& limits = options.limits;
  // Sizes are int and strides are ptrdiff_t everywhere; this keeps every product of them in range.
  constexpr std::uint64_t max_pixels = std::uint64_t{1} << 40U;
  if (limits.max_pixels < 1 || limits.max_pixels > max_pixels) {
    fail(ErrorCode::invalid_option, "limits.max_pixels is {}, expected 1..{}", limits.max_pixels, max_pixels);
  }
  if (limits.max_scans < 1) {
    fail(ErrorCode::invalid_option, "limits.max_scans is {}, expected at least 1", limits.max_scans);
  }
}

void check_size(ImageFormat format, const SizeClaim& claim, const ImageLimits& limits) {
  if (claim.width == 0 || claim.height == 0) {
    fail(ErrorCode::image_corrupt, "{} image: the header gives {}x{} pixels", to_string(format), claim.width,
         claim.height);
  }
  constexpr std::uint64_t max_side = 0x7FFFFFFF;
  if (claim.width > max_side || claim.height > max_side || claim.width > limits.max_pixels / claim.height) {
    fail(ErrorCode::image_too_large, "{} image: {}x{} pixels; at most {} are accepted (limits.max_pixels)",
         to_string(format), claim.width, claim.height, limits.max_pixels);
  }
  const auto decoded_bytes = claim.width * claim.height * static_cast<unsigned>(claim.channels) + claim.working_bytes;
  if (decoded_bytes > limits.max_decoded_bytes) {
    fail(ErrorCode::image_too_large,
         "{} image: {}x{} pixels need {} bytes to decode; at most {} are accepted (limits.max_decoded_bytes)",
         to_string(format), claim.width, claim.height, decoded_bytes, limits.max_decoded_bytes);
  }
}

void fail_corrupt(ImageFormat format, std::string_view why) {
  fail(ErrorCode::image_corrupt, "{} image: {}", to_string(format), why);
}
void fail_truncated(ImageFormat format, std::string_view why) {
  fail(ErrorCode::image_truncated, "{} image: {}", to_string(format), why);
}

ImageHeader read_header(Bytes bytes, const ReadOptions& options) {
  const auto& limits = options.limits;
  if (bytes.size() > limits.max_encoded_bytes) {
    fail(ErrorCode::image_too_large,
         "the image has {} encoded bytes; at most {} are accepted (limits.max_encoded_bytes)", bytes.size(),
         limits.max_encoded_bytes);
  }
  if (bytes.data() == nullptr || bytes.empty()) {
    fail(ErrorCode::invalid_argument, "there are no bytes to decode an image from");
  }
  const auto* reader = find_reader(bytes);
  if (reader == nullptr) {
    const auto name = name_of_foreign(bytes);
    fail(ErrorCode::unsupported_image, "the bytes are {}{}; JPEG, PNG, WebP, BMP and, on request, TIFF images are read",
         name.empty() ? "no known image format" : "recognised as ", name);
  }
  if (!(options.formats.*reader->is_allowed)) {
    fail(ErrorCode::unsupported_image,
         "the bytes are a {} image, a format that is switched off in ReadOptions::formats", to_string(reader->format));
  }
  return reader->read_header(bytes, options);
}

}  // namespace visionkit
