// WebP over libwebp. Our own walk over the RIFF chunks comes first: it tells a cut file from a contradictory one and
// finds the animation flag and the orientation.
#include <webp/decode.h>
#include <webp/demux.h>

#include <cstring>
#include <memory>

#include "core/fail.hpp"
#include "image/bytes.hpp"
#include "image/codec.hpp"
#include "image/exif.hpp"

namespace visionkit {
namespace {

constexpr auto webp = ImageFormat::webp;
constexpr std::size_t riff_head = 12;  // "RIFF", size, "WEBP"
constexpr std::size_t chunk_head = 8;

struct Layout {
  int orientation = 1;
  bool is_animated = false;
  bool is_cut = false;                                // the pixels' chunk is longer than the bytes
  std::size_t riff_bytes = 0;                         // of the file by its own account
  std::uint64_t canvas_width = 0, canvas_height = 0;  // of the extended format
};

// A RIFF size that disagrees with the chunks inside it is corrupt; one that merely outlives the bytes is a cut file.
Layout read_layout(Bytes bytes) {
  if (bytes.size() < riff_head + chunk_head) fail_corrupt(webp, "the data ends inside the header");
  Layout layout;
  layout.riff_bytes = std::size_t{le32(bytes.data() + 4)} + 8;
  const bool is_short = layout.riff_bytes > bytes.size();
  std::size_t at = riff_head;
  while (at + chunk_head <= std::min(bytes.size(), layout.riff_bytes)) {
    const auto* chunk = bytes.data() + at;
    const std::size_t length = le32(chunk + 4);
    const auto end = at + chunk_head + length;
    if (end > layout.riff_bytes) fail_corrupt(webp, "a chunk is longer than the file says to be");
    const auto is = [chunk](const char* name) { return std::memcmp(chunk, name, 4) == 0; };
    if (is("ANIM") || is("ANMF")) layout.is_animated = true;
    if (end > bytes.size()) {
      layout.is_cut = true;
      break;
    }
    if (is("VP8X") && length >= 10) {
      layout.canvas_width = le24(chunk + chunk_head + 4) + std::uint64_t{1};
      layout.canvas_height = le24(chunk + chunk_head + 7) + std::uint64_t{1};
    }
    if (is("EXIF")) layout.orientation = exif_orientation({chunk + chunk_head, length});
    at = end + (length & 1U);  // chunks start at even offsets
  }
  if (at < riff_head + chunk_head && !layout.is_cut) fail_corrupt(webp, "there is no chunk in it");
  if (is_short && !layout.is_cut && at >= bytes.size()) {
    fail_corrupt(webp, "the file is shorter than its header says, though its chunks are whole");
  }
  layout.is_cut = layout.is_cut || is_short;
  return layout;
}

WEBP_CSP_MODE colour_mode(PixelFormat format) {
  switch (format) {
    case PixelFormat::bgr8: return MODE_BGR;
    case PixelFormat::rgba8: return MODE_RGBA;
    case PixelFormat::bgra8: return MODE_BGRA;
    case PixelFormat::rgb8:
    case PixelFormat::gray8: break;  // a WebP is never gray
  }
  return MODE_RGB;
}

WebPDecoderConfig make_config(const PixelTarget& target) {
  WebPDecoderConfig config;
  if (WebPInitDecoderConfig(&config) == 0) {
    fail(ErrorCode::internal, "WebP image: the library has another version than its header");
  }
  config.output.colorspace = colour_mode(target.format);
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = target.data;
  config.output.u.RGBA.stride = static_cast<int>(target.stride);
  config.output.u.RGBA.size = static_cast<std::size_t>(target.stride) * static_cast<std::size_t>(target.size.height);
  return config;
}

void clear(const PixelTarget& target) {
  std::memset(target.data, 0, static_cast<std::size_t>(target.stride) * static_cast<std::size_t>(target.size.height));
}

[[noreturn]] void fail_status(VP8StatusCode status) {
  switch (status) {
    case VP8_STATUS_OUT_OF_MEMORY: fail(ErrorCode::out_of_memory, "WebP image: out of memory");
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      fail(ErrorCode::unsupported_image, "WebP image: libwebp does not know a feature of it");
    default: fail_corrupt(webp, "the encoded data does not decode");
  }
}

// What the data up to the cut gives; the rest stays black. False when that is nothing.
bool decode_part(Bytes bytes, const PixelTarget& target) {
  clear(target);
  auto config = make_config(target);
  const std::unique_ptr<WebPIDecoder, decltype(&WebPIDelete)> decoder(WebPIDecode(nullptr, 0, &config), &WebPIDelete);
  if (decoder == nullptr) fail(ErrorCode::out_of_memory, "WebP image: out of memory");
  const auto status = WebPIUpdate(decoder.get(), bytes.data(), bytes.size());
  int rows = 0;
  WebPIDecGetRGB(decoder.get(), &rows, nullptr, nullptr, nullptr);
  return status == VP8_STATUS_OK || rows > 0;
}

void decode_first_frame(Bytes bytes, const PixelTarget& target) {
  const WebPData data{bytes.data(), bytes.size()};
  const std::unique_ptr<WebPDemuxer, decltype(&WebPDemuxDelete)> demuxer(WebPDemux(&data), &WebPDemuxDelete);
  WebPIterator frame;
  if (demuxer == nullptr || WebPDemuxGetFrame(demuxer.get(), 1, &frame) == 0) {
    fail_corrupt(webp, "the animation has no first frame");
  }
  const std::unique_ptr<WebPIterator, decltype(&WebPDemuxReleaseIterator)> release(&frame, &WebPDemuxReleaseIterator);
  if (frame.x_offset < 0 || frame.y_offset < 0 || frame.width <= 0 || frame.height <= 0 ||
      frame.x_offset > target.size.width - frame.width || frame.y_offset > target.size.height - frame.height) {
    fail_corrupt(webp, "the first frame lies outside the picture");
  }
  // A frame smaller than the canvas leaves the rest transparent black.
  const bool is_whole = frame.width == target.size.width && frame.height == target.size.height;
  if (!is_whole) clear(target);
  PixelTarget part = target;
  part.data = target.row(frame.y_offset) + std::ptrdiff_t{frame.x_offset} * channels(target.format);
  part.size = {frame.width, frame.height};
  auto config = make_config(part);
  if (WebPGetFeatures(frame.fragment.bytes, frame.fragment.size, &config.input) != VP8_STATUS_OK ||
      config.input.width != frame.width || config.input.height != frame.height) {
    fail_corrupt(webp, "the first frame does not have the size that the animation says");
  }
  config.output.u.RGBA.size = static_cast<std::size_t>(part.stride) * static_cast<std::size_t>(part.size.height - 1) +
                              static_cast<std::size_t>(part.size.width) * channels(part.format);
  const auto status = WebPDecode(frame.fragment.bytes, frame.fragment.size, &config);
  if (status != VP8_STATUS_OK) fail_status(status);
}

}  // namespace

ImageHeader read_webp_header(Bytes bytes, const ReadOptions& options) {
  const auto layout = read_layout(bytes);
  if (layout.canvas_width > 0) {
    check_size(webp, {.width = layout.canvas_width, .height = layout.canvas_height}, options.limits);
  }
  WebPBitstreamFeatures features;
  const auto status = WebPGetFeatures(bytes.data(), bytes.size(), &features);
  if (status == VP8_STATUS_NOT_ENOUGH_DATA) fail_corrupt(webp, "the data ends inside the header");
  if (status != VP8_STATUS_OK) fail_status(status);
  const auto width = static_cast<std::uint64_t>(features.width);
  const auto height = static_cast<std::uint64_t>(features.height);
  constexpr int lossless = 2;
  check_size(webp,
             {.width = width,
              .height = height,
              .channels = channels(options.format),
              .working_bytes = features.format == lossless ? width * height * 4 : 0},
             options.limits);
  ImageHeader header;
  header.format = webp;
  header.size = {features.width, features.height};
  header.orientation = layout.orientation;
  header.is_first_of_several = layout.is_animated;
  return header;
}

void decode_webp(Bytes bytes, const ImageHeader& header, const ReadOptions& options, const PixelTarget& target,
                 ReadReport& report) {
  const auto layout = read_layout(bytes);
  const auto picture = bytes.first(std::min(bytes.size(), layout.riff_bytes));
  report.has_trailing_bytes = bytes.size() > layout.riff_bytes;
  const bool is_lenient = options.strictness == Strictness::lenient;
  if (layout.is_cut && !is_lenient) fail_truncated(webp, "the data ends before the picture does");
  report.is_truncated = layout.is_cut;
  if (header.is_first_of_several) return decode_first_frame(picture, target);
  if (!is_lenient) {
    auto config = make_config(target);
    const auto status = WebPDecode(picture.data(), picture.size(), &config);
    if (status != VP8_STATUS_OK) fail_status(status);
    return;
  }
  if (!decode_part(picture, target)) fail_corrupt(webp, "no row of the picture decodes");
}

}  // namespace visionkit
