#include "image/codec_versions.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>

#include <fmt/format.h>
#include <jpeglib.h>
#include <png.h>
#include <tiffio.h>
#include <webp/decode.h>

#define VISIONKIT_TEXT_OF(tokens) VISIONKIT_TEXT(tokens)
#define VISIONKIT_TEXT(tokens) #tokens

namespace visionkit {
namespace {

// "LIBTIFF, Version 4.5.0", then lines about copyright.
std::string tiff_version() {
  std::string text = ::TIFFGetVersion();
  text.resize(std::min(text.find('\n'), text.size()));
  return text.substr(text.rfind(' ') + 1);
}

}  // namespace

std::vector<CodecVersion> codec_versions() {
  const auto webp = static_cast<std::uint32_t>(::WebPGetDecoderVersion());
  return {{"libjpeg-turbo", VISIONKIT_TEXT_OF(LIBJPEG_TURBO_VERSION)},
          {"libpng", ::png_get_libpng_ver(nullptr)},
          {"libwebp", fmt::format("{}.{}.{}", webp >> 16U, (webp >> 8U) & 0xFFU, webp & 0xFFU)},
          {"libtiff", tiff_version()}};
}

}  // namespace visionkit
