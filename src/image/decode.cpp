#include "image/decode.hpp"

#include "image/convert.hpp"
#include "image/jpeg.hpp"
#include "image/orient.hpp"

namespace visionkit {
namespace {

std::size_t byte_count(Size size, PixelFormat format) {
  return static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height) *
         static_cast<std::size_t>(channels(format));
}

ImageView packed(const std::uint8_t* data, Size size, PixelFormat format) {
  return {data, size.width, size.height, std::ptrdiff_t{size.width} * channels(format), format};
}

void decode_pixels(const DecodePlan& plan, Bytes bytes, const ReadOptions& options, std::uint8_t* pixels,
                   ReadReport& report) {
  const auto& [x, y, size] = plan.part;
  const PixelTarget target{
      pixels, size, std::ptrdiff_t{size.width} * channels(plan.decoded_format), plan.decoded_format, x, y};
  switch (plan.header.format) {
    case ImageFormat::jpeg: return decode_jpeg(bytes, plan.header, options, target, report);
    case ImageFormat::png: return decode_png(bytes, plan.header, options, target, report);
    case ImageFormat::webp: return decode_webp(bytes, plan.header, options, target, report);
    case ImageFormat::bmp: return decode_bmp(bytes, plan.header, options, target, report);
    case ImageFormat::tiff: return decode_tiff(bytes, plan.header, options, target, report);
  }
}

void convert_rows(const ImageView& source, PixelFormat format, std::uint8_t* target) {
  const auto convert_row = row_converter(source.format, format);
  const auto stride = std::ptrdiff_t{source.width} * channels(format);
  for (int y = 0; y < source.height; ++y) convert_row(source.row(y), target + y * stride, source.width);
}

}  // namespace

std::uint8_t* ScratchBuffer::reserve(std::size_t bytes) {
  if (bytes > capacity_) {
    data_.reset();
    capacity_ = 0;
    data_ = allocate_large(bytes, "an image");
    capacity_ = bytes;
  }
  return data_.get();
}

DecodePlan plan_decoding(Bytes bytes, const ReadOptions& options) {
  check_options(options);
  DecodePlan plan;
  plan.header = read_header(bytes, options);
  const auto& header = plan.header;
  plan.format = options.format;
  plan.decoded_format = options.format == PixelFormat::gray8 && !header.is_gray ? PixelFormat::rgb8 : options.format;
  plan.decoded_size =
      header.format == ImageFormat::jpeg ? reduced_size(header.size, options.jpeg_reduction) : header.size;
  plan.is_turned = options.orientation == OrientationPolicy::turn_upright && header.orientation != 1;
  plan.size = plan.is_turned ? oriented_size(plan.decoded_size, header.orientation) : plan.decoded_size;
  plan.part = {0, 0, plan.decoded_size};
  return plan;
}

void leave_out_all_but(DecodePlan& plan, const PicturePart& needed) {
  if (plan.header.format == ImageFormat::jpeg && !plan.is_turned) plan.part = needed;
}

ReadReport decode_planned(const DecodePlan& plan, Bytes bytes, const ReadOptions& options, ScratchBuffer& scratch,
                          std::uint8_t* target) {
  ReadReport report;
  report.format = plan.header.format;
  report.stored_size = plan.header.size;
  report.exif_orientation = plan.header.orientation;
  report.is_turned = plan.is_turned;
  report.is_first_of_several = plan.header.is_first_of_several;

  const bool is_converted = plan.decoded_format != plan.format;
  if (!is_converted && !plan.is_turned) {
    decode_pixels(plan, bytes, options, target, report);
    return report;
  }
  const auto size = plan.part.size;
  const auto decoded_bytes = byte_count(size, plan.decoded_format);
  const bool is_both = is_converted && plan.is_turned;
  auto* decoded = scratch.reserve(decoded_bytes + (is_both ? byte_count(size, plan.format) : 0));
  decode_pixels(plan, bytes, options, decoded, report);
  auto view = packed(decoded, size, plan.decoded_format);
  if (is_converted) {
    auto* converted = is_both ? decoded + decoded_bytes : target;
    convert_rows(view, plan.format, converted);
    view = packed(converted, size, plan.format);
  }
  if (plan.is_turned) orient(view, plan.header.orientation, target);
  return report;
}

PartialImage decode_into(const DecodePlan& plan, Bytes bytes, const ReadOptions& options, DecodeBuffers& buffers) {
  const auto size = plan.is_turned ? plan.size : plan.part.size;
  auto* pixels = buffers.pixels.reserve(byte_count(size, plan.format));
  decode_planned(plan, bytes, options, buffers.scratch, pixels);
  return {packed(pixels, size, plan.format), plan.size, plan.part};
}

}  // namespace visionkit
