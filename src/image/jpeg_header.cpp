#include <algorithm>
#include <array>
#include <cstring>

#include "core/fail.hpp"
#include "image/bytes.hpp"
#include "image/exif.hpp"
#include "image/jpeg.hpp"

namespace visionkit {
namespace {

constexpr auto jpeg = ImageFormat::jpeg;

// ITU-T T.81, table B.1.
namespace marker {
constexpr std::uint8_t tem = 0x01, sof0 = 0xC0, sof2 = 0xC2, dht = 0xC4, jpg = 0xC8, sof9 = 0xC9, sof10 = 0xCA,
                       dac = 0xCC, sof15 = 0xCF, rst0 = 0xD0, rst7 = 0xD7, soi = 0xD8, eoi = 0xD9, sos = 0xDA,
                       app1 = 0xE1;
}  // namespace marker

bool is_frame(std::uint8_t m) {
  return m >= marker::sof0 && m <= marker::sof15 && m != marker::dht && m != marker::jpg && m != marker::dac;
}

// A marker with its payload; `position` is where its 0xFF stands.
struct Segment {
  std::uint8_t marker = 0;
  std::size_t position = 0;
  Bytes payload;
  bool is_whole = true;  // false when the bytes end before the payload does
};

// Walks from marker to marker, over garbage between them as libjpeg does, and over the entropy-coded data behind SOS.
class Segments {
 public:
  explicit Segments(Bytes bytes) : bytes_(bytes) {}

  // False at the end of the bytes.
  bool next(Segment& segment) {
    segment = {};
    if (!find_marker(segment)) return false;
    const auto m = segment.marker;
    if (m == marker::tem || m == marker::soi || m == marker::eoi) return true;
    const auto left = bytes_.size() - at_;
    const std::size_t length = left < 2 ? 2 : be16(bytes_.data() + at_);
    if (length < 2) fail_corrupt(jpeg, "a segment is shorter than its own length field");
    segment.is_whole = left >= length;
    if (segment.is_whole) segment.payload = bytes_.subspan(at_ + 2, length - 2);
    at_ += std::min(length, left);
    return true;
  }

 private:
  bool find_marker(Segment& segment) {
    while (at_ < bytes_.size()) {
      const auto* found = static_cast<const std::uint8_t*>(std::memchr(bytes_.data() + at_, 0xFF, bytes_.size() - at_));
      if (found == nullptr) return false;
      segment.position = static_cast<std::size_t>(found - bytes_.data());
      at_ = segment.position;
      while (at_ < bytes_.size() && bytes_[at_] == 0xFF) ++at_;
      if (at_ == bytes_.size()) return false;
      segment.marker = bytes_[at_++];
      const bool is_data = segment.marker == 0 || (segment.marker >= marker::rst0 && segment.marker <= marker::rst7);
      if (!is_data) return true;
    }
    return false;
  }

  Bytes bytes_;
  std::size_t at_ = 2;  // behind SOI
};

struct Frame {
  std::uint8_t marker = 0;
  std::uint32_t width = 0, height = 0;
  std::size_t components = 0;
  std::array<std::uint8_t, 4> identifiers = {};
  std::uint64_t coefficient_bytes = 0;  // of all components; a picture of several scans keeps them in memory

  [[nodiscard]] bool is_progressive() const { return marker == marker::sof2 || marker == marker::sof10; }
  [[nodiscard]] bool is_arithmetic() const { return marker == marker::sof9 || marker == marker::sof10; }
  // A bit for each component that a scan holds.
  [[nodiscard]] unsigned components_of(const Segment& scan) const {
    const std::size_t count = scan.payload.empty() ? 0 : scan.payload[0];
    if (count >= components) return all_components();  // identifiers may repeat
    unsigned found = 0;
    for (std::size_t i = 0; i < count && 1 + 2 * i < scan.payload.size(); ++i) {
      const auto* at = std::find(identifiers.begin(), identifiers.begin() + components, scan.payload[1 + 2 * i]);
      if (at != identifiers.begin() + components) found |= 1U << static_cast<unsigned>(at - identifiers.begin());
    }
    return found;
  }
  [[nodiscard]] unsigned all_components() const { return (1U << components) - 1U; }
};

Frame parse_frame(const Segment& segment) {
  const auto m = segment.marker;
  const auto& p = segment.payload;
  if (m > marker::sof2 && m != marker::sof9 && m != marker::sof10) {
    fail(ErrorCode::unsupported_image,
         "JPEG image: lossless and hierarchical coding (SOF{}) are not read; baseline, extended and progressive are",
         m - marker::sof0);
  }
  if (p.size() < 6) fail_corrupt(jpeg, "the frame header is too short");
  if (p[0] != 8) fail(ErrorCode::unsupported_image, "JPEG image: {} bits per sample; only 8 are read", p[0]);
  Frame frame;
  frame.marker = m;
  frame.height = be16(p.data() + 1);
  frame.width = be16(p.data() + 3);
  frame.components = p[5];
  if (frame.width == 0 || frame.height == 0) fail_corrupt(jpeg, "the frame header gives an empty picture");
  if (frame.components != 1 && frame.components != 3 && frame.components != 4) {
    fail(ErrorCode::unsupported_image, "JPEG image: {} components; 1, 3 and 4 are read", frame.components);
  }
  if (p.size() < 6 + 3 * frame.components) fail_corrupt(jpeg, "the frame header is too short");
  unsigned samples = 0, max_horizontal = 1, max_vertical = 1;
  for (std::size_t i = 0; i < frame.components; ++i) {
    frame.identifiers[i] = p[6 + 3 * i];
    const unsigned horizontal = p[7 + 3 * i] >> 4U;
    const unsigned vertical = p[7 + 3 * i] & 15U;
    samples += horizontal * vertical;
    max_horizontal = std::max(max_horizontal, horizontal);
    max_vertical = std::max(max_vertical, vertical);
  }
  constexpr std::uint64_t bytes_per_coefficient = 2;
  frame.coefficient_bytes =
      std::uint64_t{frame.width} * frame.height * samples / (max_horizontal * max_vertical) * bytes_per_coefficient;
  return frame;
}

// Every scan visits every block, so that many scans of a large picture would take minutes.
void check_scans(int scans, Size size, const ImageLimits& limits) {
  constexpr std::uint64_t scans_of_largest = 32;
  const auto pixels = static_cast<std::uint64_t>(size.width) * static_cast<std::uint64_t>(size.height);
  const auto most =
      std::min(static_cast<std::uint64_t>(limits.max_scans), scans_of_largest * limits.max_pixels / pixels);
  if (static_cast<std::uint64_t>(scans) > most) {
    fail(ErrorCode::image_too_large,
         "JPEG image: {}x{} pixels in more than {} scans (limits.max_scans and limits.max_pixels)", size.width,
         size.height, most);
  }
}

bool is_exif(const Segment& segment) {
  return segment.marker == marker::app1 && segment.payload.size() >= 6 &&
         std::memcmp(segment.payload.data(), "Exif\0\0", 6) == 0;
}

}  // namespace

Size reduced_size(Size size, int reduction) {
  return {(size.width + reduction - 1) / reduction, (size.height + reduction - 1) / reduction};
}

JpegStructure read_jpeg_structure(Bytes bytes, const ReadOptions& options) {
  JpegStructure result;
  result.header.format = jpeg;
  result.usable_bytes = bytes.size();
  Frame frame;
  Segments segments(bytes);
  Segment segment;
  bool has_exif = false;
  do {
    if (!segments.next(segment) || !segment.is_whole) fail_corrupt(jpeg, "the data ends inside the header");
    if (segment.marker == marker::eoi) fail_corrupt(jpeg, "it ends before the first scan");
    if (is_frame(segment.marker)) {
      if (frame.width != 0) fail_corrupt(jpeg, "there are two frame headers");
      frame = parse_frame(segment);
    } else if (!has_exif && is_exif(segment)) {
      has_exif = true;
      result.header.orientation = exif_orientation(segment.payload);
    }
  } while (segment.marker != marker::sos);
  if (frame.width == 0) fail_corrupt(jpeg, "a scan comes before the frame header");

  result.header.size = {static_cast<int>(frame.width), static_cast<int>(frame.height)};
  result.header.is_gray = frame.components == 1;
  result.is_arithmetic = frame.is_arithmetic();
  unsigned seen = frame.components_of(segment);
  result.has_several_scans = frame.is_progressive() || seen != frame.all_components();
  const auto size = reduced_size(result.header.size, options.jpeg_reduction);
  const auto picture_bytes = static_cast<std::uint64_t>(size.width) * static_cast<std::uint64_t>(size.height) *
                             static_cast<unsigned>(channels(options.format));
  check_size(jpeg,
             {.width = frame.width,
              .height = frame.height,
              .working_bytes = picture_bytes + (result.has_several_scans ? frame.coefficient_bytes : 0)},
             options.limits);
  if (!result.has_several_scans) return result;

  int scans = 1;
  while (segments.next(segment) && segment.marker != marker::eoi) {
    if (!segment.is_whole) {
      result.usable_bytes = segment.position;
      break;
    }
    if (segment.marker != marker::sos) continue;
    seen |= frame.components_of(segment);
    ++scans;
    check_scans(scans, result.header.size, options.limits);
  }
  result.has_all_components = seen == frame.all_components();
  return result;
}

ImageHeader read_jpeg_header(Bytes bytes, const ReadOptions& options) {
  return read_jpeg_structure(bytes, options).header;
}

}  // namespace visionkit
