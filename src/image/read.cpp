#include <visionkit/image/io.hpp>

#include "core/base64.hpp"
#include "core/fail.hpp"
#include "core/file.hpp"
#include "image/decode.hpp"

namespace visionkit {

std::string_view to_string(ImageFormat format) noexcept {
  switch (format) {
    case ImageFormat::jpeg: return "JPEG";
    case ImageFormat::png: return "PNG";
    case ImageFormat::webp: return "WebP";
    case ImageFormat::bmp: return "BMP";
    case ImageFormat::tiff: return "TIFF";
  }
  return "unknown";
}

ReadResult decode_image_with_report(std::span<const std::uint8_t> bytes, const ReadOptions& options) {
  return guarded("decoding an image", [&] {
    const auto plan = plan_decoding(bytes, options);
    ReadResult result;
    result.image = Image::uninitialized(plan.size, plan.format);
    ScratchBuffer scratch;
    result.report = decode_planned(plan, bytes, options, scratch, result.image.pixels().data());
    return result;
  });
}

ReadResult read_image_with_report(const std::string& path, const ReadOptions& options) {
  const auto bytes = read_file(
      path, {.what = "image", .max_bytes = options.limits.max_encoded_bytes, .too_large = ErrorCode::image_too_large});
  if (bytes.empty()) fail(ErrorCode::image_corrupt, "image '{}' is an empty file", path);
  try {
    return decode_image_with_report(bytes, options);
  } catch (const Error& error) {
    fail(error.code(), "cannot read image '{}': {}", path, error.what());
  }
}

Image read_image(const std::string& path, const ReadOptions& options) {
  return read_image_with_report(path, options).image;
}

Image decode_image(std::span<const std::uint8_t> bytes, const ReadOptions& options) {
  return decode_image_with_report(bytes, options).image;
}

Image decode_base64_image(std::string_view text, const ReadOptions& options) {
  const auto bytes =
      guarded("decoding a base64 image", [&] { return decode_base64(text, options.limits.max_encoded_bytes); });
  return decode_image(bytes, options);
}

}  // namespace visionkit
