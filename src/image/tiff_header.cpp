#include <algorithm>
#include <array>

#include "core/fail.hpp"
#include "image/bytes.hpp"
#include "image/tiff.hpp"

namespace visionkit {
namespace {

constexpr auto tiff = ImageFormat::tiff;

namespace tag {
constexpr std::uint32_t width = 256, height = 257, bits = 258, compression = 259, photometric = 262,
                        strip_offsets = 273, orientation = 274, samples = 277, rows_per_strip = 278, planar = 284,
                        tile_width = 322, tile_height = 323, tile_offsets = 324, sample_format = 339;
}  // namespace tag

struct Entry {
  std::uint32_t tag = 0, type = 0, count = 0;
  const std::uint8_t* value = nullptr;
};

// The numbers of the first directory.
class Directory {
 public:
  explicit Directory(Bytes bytes) : bytes_(bytes), order_(bytes[0] == 'M' ? ByteOrder::big : ByteOrder::little) {
    if (bytes.size() < 8) fail_corrupt(tiff, "the data ends inside the header");
    if (u16(bytes.data() + 2, order_) == 43) fail(ErrorCode::unsupported_image, "TIFF image: BigTIFF is not read");
    const std::size_t start = u32(bytes.data() + 4, order_);
    if (start < 8 || start > bytes.size() - 2) fail_corrupt(tiff, "the first directory lies outside the data");
    count_ = u16(bytes.data() + start, order_);
    first_ = start + 2;
    if (first_ + count_ * entry_bytes + 4 > bytes.size()) fail_corrupt(tiff, "the first directory is cut");
  }

  // Nothing when the tag is absent.
  [[nodiscard]] Entry find(std::uint32_t wanted) const {
    for (std::size_t i = 0; i < count_; ++i) {
      const auto* p = bytes_.data() + first_ + i * entry_bytes;
      if (u16(p, order_) == wanted) return {wanted, u16(p + 2, order_), u32(p + 4, order_), p + 8};
    }
    return {};
  }
  // The first number of an entry, which for some tags stands for all of them.
  [[nodiscard]] std::uint32_t number(std::uint32_t wanted, std::uint32_t fallback) const {
    const auto entry = find(wanted);
    if (entry.count == 0) return fallback;
    const auto size = std::uint64_t{entry.count} * size_of(entry.type);
    const auto* at = entry.value;
    if (size > 4) {
      const std::size_t offset = u32(at, order_);
      if (offset > bytes_.size() || bytes_.size() - offset < size) fail_corrupt(tiff, "a tag points outside the data");
      at = bytes_.data() + offset;
    }
    return entry.type == 3 ? u16(at, order_) : entry.type == 4 ? u32(at, order_) : *at;
  }
  [[nodiscard]] std::uint32_t count(std::uint32_t wanted) const { return find(wanted).count; }
  [[nodiscard]] bool has_next() const { return u32(bytes_.data() + first_ + count_ * entry_bytes, order_) != 0; }
  // The chain of directories leads back into itself (Floyd's tortoise and hare).
  [[nodiscard]] bool has_cycle() const {
    std::size_t slow = first_ - 2, fast = slow;
    while (fast != 0) {
      slow = next_of(slow);
      fast = next_of(next_of(fast));
      if (slow == fast && fast != 0) return true;
    }
    return false;
  }

 private:
  static constexpr std::size_t entry_bytes = 12;

  // The directory behind the one at `start`; 0 at the end and for a link to nowhere.
  [[nodiscard]] std::size_t next_of(std::size_t start) const {
    if (start < 8 || start + 2 > bytes_.size()) return 0;
    const auto link = start + 2 + u16(bytes_.data() + start, order_) * entry_bytes;
    return link + 4 <= bytes_.size() ? u32(bytes_.data() + link, order_) : 0;
  }

  // BYTE, SHORT and LONG; no number that matters here has another type.
  [[nodiscard]] static std::uint64_t size_of(std::uint32_t type) {
    if (type == 1) return 1;
    if (type == 3) return 2;
    if (type == 4) return 4;
    fail_corrupt(tiff, "a tag has the wrong type");
  }

  Bytes bytes_;
  ByteOrder order_;
  std::size_t count_ = 0, first_ = 0;
};

// Compressions that this reader lets libtiff decode: none, CCITT (three), LZW, JPEG, deflate (two numbers), PackBits.
constexpr std::array<std::uint32_t, 9> compressions = {1, 2, 3, 4, 5, 7, 8, 32946, 32773};

void check_kind(const TiffLayout& layout) {
  if (std::ranges::find(compressions, layout.compression) == compressions.end()) {
    fail(ErrorCode::unsupported_image, "TIFF image: compression {} is not read", layout.compression);
  }
  if (layout.sample_format != 1 && layout.sample_format != 4) {
    fail(ErrorCode::unsupported_image, "TIFF image: samples that are not unsigned integers (format {}) are not read",
         layout.sample_format);
  }
  const auto bits = layout.bits;
  const bool is_small = bits == 1 || bits == 2 || bits == 4;
  const bool is_known = [&] {
    switch (layout.photometric) {
      case 0:
      case 1: return is_small || bits == 8 || bits == 16;
      case 2: return (bits == 8 || bits == 16) && layout.samples >= 3;
      case 3: return is_small || bits == 8;
      case 5: return (bits == 8 || bits == 16) && layout.samples >= 4;
      case 6: return bits == 8 && layout.compression == 7 && layout.samples == 3 && layout.planar == 1;
      default: return false;
    }
  }();
  if (!is_known || layout.samples > 8 || (is_small && layout.samples != 1)) {
    fail(ErrorCode::unsupported_image, "TIFF image: photometric kind {} with {} samples of {} bits is not read",
         layout.photometric, layout.samples, layout.bits);
  }
}

}  // namespace

TiffLayout read_tiff_layout(Bytes bytes, const ReadOptions& options) {
  const Directory directory(bytes);
  TiffLayout layout;
  layout.width = directory.number(tag::width, 0);
  layout.height = directory.number(tag::height, 0);
  check_size(tiff, {.width = layout.width, .height = layout.height, .channels = channels(options.format)},
             options.limits);
  layout.bits = directory.number(tag::bits, 1);
  layout.samples = directory.number(tag::samples, 1);
  layout.compression = directory.number(tag::compression, 1);
  layout.photometric = directory.number(tag::photometric, 0);
  layout.planar = directory.number(tag::planar, 1);
  layout.sample_format = directory.number(tag::sample_format, 1);
  layout.orientation = directory.number(tag::orientation, 1);
  layout.has_more_pages = directory.has_next();
  if (directory.has_cycle()) fail_corrupt(tiff, "its directories form a cycle");
  if (layout.planar != 1 && layout.planar != 2) fail_corrupt(tiff, "the planar configuration is neither 1 nor 2");
  check_kind(layout);

  layout.is_tiled = directory.count(tag::tile_width) > 0;
  if (layout.is_tiled) {
    layout.block_width = directory.number(tag::tile_width, 0);
    layout.block_height = directory.number(tag::tile_height, 0);
    if (layout.block_width % 16 != 0 || layout.block_height % 16 != 0) {
      fail_corrupt(tiff, "the tile sides are not multiples of 16");
    }
  } else {
    layout.block_width = layout.width;
    layout.block_height = std::min(directory.number(tag::rows_per_strip, layout.height), layout.height);
  }
  if (layout.block_width == 0 || layout.block_height == 0) fail_corrupt(tiff, "a strip or tile is empty");

  const auto blocks = layout.columns() * layout.rows() * layout.planes();
  if (directory.count(layout.is_tiled ? tag::tile_offsets : tag::strip_offsets) != blocks) {
    fail_corrupt(tiff, "the number of strips or tiles does not fit the size");
  }
  constexpr std::uint64_t index_bytes = 16;  // libtiff's offset and length of each
  // Bounds every product in block_bytes() as well.
  check_size(tiff, {.width = layout.block_width, .height = layout.block_height, .channels = 1}, options.limits);
  check_size(tiff,
             {.width = layout.width,
              .height = layout.height,
              .channels = channels(options.format),
              .working_bytes = blocks * index_bytes + layout.block_bytes() * layout.planes()},
             options.limits);
  return layout;
}

ImageHeader read_tiff_header(Bytes bytes, const ReadOptions& options) {
  const auto layout = read_tiff_layout(bytes, options);
  ImageHeader header;
  header.format = tiff;
  header.size = {static_cast<int>(layout.width), static_cast<int>(layout.height)};
  header.orientation = layout.orientation >= 1 && layout.orientation <= 8 ? static_cast<int>(layout.orientation) : 1;
  header.is_gray = layout.is_gray();
  header.is_first_of_several = layout.has_more_pages;
  return header;
}

}  // namespace visionkit
