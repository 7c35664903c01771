// Pictures to encoded bytes, one function for each format. The view and the options have been checked.
#pragma once

#include <cstdint>
#include <vector>

#include <visionkit/image/io.hpp>

namespace visionkit {

std::vector<std::uint8_t> encode_jpeg(const ImageView& image, const WriteOptions& options);
std::vector<std::uint8_t> encode_png(const ImageView& image, const WriteOptions& options);
std::vector<std::uint8_t> encode_webp(const ImageView& image, const WriteOptions& options);

}  // namespace visionkit
