#include <webp/encode.h>

#include "core/fail.hpp"
#include "image/encode.hpp"

namespace visionkit {
namespace {

struct Writer {
  WebPPicture picture;
  WebPMemoryWriter memory;

  Writer() {
    if (WebPPictureInit(&picture) == 0) {
      fail(ErrorCode::internal, "WebP image: the library has another version than its header");
    }
    WebPMemoryWriterInit(&memory);
    picture.writer = WebPMemoryWrite;
    picture.custom_ptr = &memory;
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() {
    WebPPictureFree(&picture);
    WebPMemoryWriterClear(&memory);
  }
};

bool import(WebPPicture& picture, const ImageView& image) {
  const auto stride = static_cast<int>(image.stride);
  switch (image.format) {
    case PixelFormat::rgb8: return WebPPictureImportRGB(&picture, image.data, stride) != 0;
    case PixelFormat::bgr8: return WebPPictureImportBGR(&picture, image.data, stride) != 0;
    case PixelFormat::rgba8: return WebPPictureImportRGBA(&picture, image.data, stride) != 0;
    case PixelFormat::bgra8: return WebPPictureImportBGRA(&picture, image.data, stride) != 0;
    case PixelFormat::gray8: return import(picture, convert(image, PixelFormat::rgb8));
  }
  return false;
}

}  // namespace

std::vector<std::uint8_t> encode_webp(const ImageView& image, const WriteOptions& options) {
  if (image.width > WEBP_MAX_DIMENSION || image.height > WEBP_MAX_DIMENSION) {
    fail(ErrorCode::image_too_large, "WebP image: {}x{} pixels cannot be written; a side has at most {}", image.width,
         image.height, WEBP_MAX_DIMENSION);
  }
  WebPConfig config;
  if (WebPConfigInit(&config) == 0) {
    fail(ErrorCode::internal, "WebP image: the library has another version than its header");
  }
  config.quality = static_cast<float>(options.quality);
  if (options.lossless_webp) {
    config.lossless = 1;
    config.exact = 1;     // also the colours of transparent pixels
    config.quality = 75;  // the effort, when lossless
  }
  Writer writer;
  writer.picture.use_argb = options.lossless_webp ? 1 : 0;
  writer.picture.width = image.width;
  writer.picture.height = image.height;
  // libwebp takes the stride as int; only a view with huge padding needs the copy.
  const bool has_wide_rows = image.stride > 0x7FFFFFFF;
  if (!(has_wide_rows ? import(writer.picture, Image(image)) : import(writer.picture, image)) ||
      WebPEncode(&config, &writer.picture) == 0) {
    fail(ErrorCode::out_of_memory, "WebP image: {}x{} pixels cannot be written: error {} of libwebp", image.width,
         image.height, static_cast<int>(writer.picture.error_code));
  }
  return {writer.memory.mem, writer.memory.mem + writer.memory.size};
}

}  // namespace visionkit
