// libFuzzer: the first look at encoded bytes ends in a header within the limits or an Error, and allocates next to
// nothing. Seeds: tests/fuzz/seeds/image.
#include <visionkit/core/error.hpp>

#include <cstddef>
#include <cstdint>

#include "image/header.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const visionkit::ReadOptions options{.formats = {.tiff = true}};
  try {
    const auto header = visionkit::read_header({data, size}, options);
    const auto pixels = static_cast<std::uint64_t>(header.size.width) * static_cast<std::uint64_t>(header.size.height);
    const bool is_valid = header.size.width > 0 && header.size.height > 0 && pixels <= options.limits.max_pixels &&
                          header.orientation >= 1 && header.orientation <= 8;
    if (!is_valid) __builtin_trap();
  } catch (const visionkit::Error& error) {
    if (error.code() == visionkit::ErrorCode::internal) __builtin_trap();
  }
  return 0;
}
