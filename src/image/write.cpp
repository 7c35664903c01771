#include <algorithm>
#include <cctype>
#include <filesystem>

#include "core/fail.hpp"
#include "core/write_file.hpp"
#include "image/encode.hpp"

namespace visionkit {
namespace {

std::optional<ImageFormat> format_of_extension(const std::string& path) {
  auto extension = std::filesystem::path(path).extension().string();
  std::ranges::transform(extension, extension.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (extension == ".jpg" || extension == ".jpeg") return ImageFormat::jpeg;
  if (extension == ".png") return ImageFormat::png;
  if (extension == ".webp") return ImageFormat::webp;
  return std::nullopt;
}

void check_options(const WriteOptions& options) {
  if (options.quality < 1 || options.quality > 100) {
    fail(ErrorCode::invalid_option, "quality is {}, expected 1..100", options.quality);
  }
  if (options.png_compression < 0 || options.png_compression > 9) {
    fail(ErrorCode::invalid_option, "png_compression is {}, expected 0..9", options.png_compression);
  }
}

}  // namespace

std::vector<std::uint8_t> encode_image(const ImageView& image, const WriteOptions& options) {
  check_view(image);
  check_options(options);
  if (!options.format) fail(ErrorCode::invalid_option, "format is not set, expected JPEG, PNG or WebP");
  return guarded("encoding an image", [&] {
    switch (*options.format) {
      case ImageFormat::jpeg: return encode_jpeg(image, options);
      case ImageFormat::png: return encode_png(image, options);
      case ImageFormat::webp: return encode_webp(image, options);
      case ImageFormat::bmp:
      case ImageFormat::tiff: break;
    }
    fail(ErrorCode::invalid_option, "format is {}, which is read but not written; JPEG, PNG and WebP are",
         to_string(*options.format));
  });
}

void write_image(const std::string& path, const ImageView& image, const WriteOptions& options) {
  auto chosen = options;
  if (!chosen.format) chosen.format = guarded("writing an image", [&] { return format_of_extension(path); });
  if (!chosen.format) {
    fail(ErrorCode::invalid_argument,
         "cannot tell the format of image '{}' from its extension; expected .jpg, .jpeg, .png or .webp, or "
         "WriteOptions::format",
         path);
  }
  const auto bytes = encode_image(image, chosen);
  guarded("writing an image", [&] { write_file(path, bytes, "image"); });
}

}  // namespace visionkit
