// libFuzzer: any bytes become a picture of the size that the header said, or an Error; strict and lenient.
// Seeds: tests/fuzz/seeds/image.
#include <visionkit/core/error.hpp>
#include <visionkit/image/io.hpp>

#include <cstddef>
#include <cstdint>

namespace {

void read(std::span<const std::uint8_t> bytes, visionkit::Strictness strictness) {
  // The size of the input chooses among the options, so that the seeds stay plain pictures.
  const auto choice = static_cast<int>(bytes.size());
  const visionkit::ReadOptions options{
      .format = static_cast<visionkit::PixelFormat>(choice % 5),
      .strictness = strictness,
      .formats = {.tiff = true},
      .limits = {.max_pixels = 1U << 20U, .max_decoded_bytes = 16U << 20U, .max_scans = 20},
      .jpeg_reduction = 1 << (choice / 5 % 4)};
  try {
    const auto result = visionkit::decode_image_with_report(bytes, options);
    if (result.image.empty() || result.image.format() != options.format) __builtin_trap();
    unsigned sum = 0;  // touches every pixel, for sanitizers that watch over memory
    for (const auto value : result.image.pixels()) sum += value;
    if (sum == 0xFFFFFFFFU) __builtin_trap();
  } catch (const visionkit::Error& error) {
    if (error.code() == visionkit::ErrorCode::internal) __builtin_trap();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  read({data, size}, visionkit::Strictness::strict);
  read({data, size}, visionkit::Strictness::lenient);
  return 0;
}
