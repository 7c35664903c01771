// PNG over libpng. Only the chunks that make the picture are shown to libpng, so that texts, profiles and gamma cost
// nothing whatever their size; animation and orientation are found by our own walk over the chunks.
#include <array>
#include <bit>
#include <csetjmp>
#include <cstring>
#include <utility>

#include <png.h>

#include "core/fail.hpp"
#include "image/bytes.hpp"
#include "image/codec.hpp"
#include "image/exif.hpp"
#include "image/gray_plane.hpp"
#include "image/header.hpp"

namespace visionkit {
namespace {

constexpr auto png = ImageFormat::png;
constexpr std::size_t signature_bytes = 8;
constexpr std::size_t frame_bytes = 12;  // length, type, checksum

// Steps from chunk to chunk.
struct Chunk {
  std::array<char, 4> type = {};
  Bytes whole;               // with its frame, as far as it is there
  std::uint32_t length = 0;  // of its data

  [[nodiscard]] bool is(const char* name) const { return std::memcmp(type.data(), name, type.size()) == 0; }
  [[nodiscard]] bool is_side_data() const { return !is("PLTE") && !is("IDAT"); }
  [[nodiscard]] bool is_whole() const { return whole.size() == frame_bytes + length; }
  [[nodiscard]] Bytes data() const { return whole.subspan(8, std::min<std::size_t>(length, whole.size() - 8)); }
};

class Chunks {
 public:
  explicit Chunks(Bytes bytes) : bytes_(bytes) {}

  // False when less than a chunk's head is left.
  bool next(Chunk& chunk) {
    const auto left = bytes_.size() - at_;
    if (left < 8) return false;
    chunk.length = be32(bytes_.data() + at_);
    std::memcpy(chunk.type.data(), bytes_.data() + at_ + 4, 4);
    chunk.whole = bytes_.subspan(at_, std::min<std::size_t>(left, frame_bytes + chunk.length));
    at_ += chunk.whole.size();
    return true;
  }
  [[nodiscard]] std::size_t position() const { return at_; }

 private:
  Bytes bytes_;
  std::size_t at_ = signature_bytes;
};

// What libpng is given to read: the signature and the chunks that matter, in the order of the file.
class Source {
 public:
  Source(Bytes bytes, bool with_transparency)
      : bytes_(bytes), chunks_(bytes), piece_(bytes.first(signature_bytes)), with_transparency_(with_transparency) {}

  // False when the bytes end first; `target` then holds a part.
  bool read(std::uint8_t* target, std::size_t count) {
    while (count > 0) {
      if (piece_.empty() && !advance()) return false;
      const auto n = std::min(count, piece_.size());
      std::memcpy(target, piece_.data(), n);
      piece_ = piece_.subspan(n);
      target += n;
      count -= n;
    }
    return true;
  }
  // The bytes ended; and if so, between two chunks or inside the closing IEND.
  [[nodiscard]] bool is_exhausted() const { return is_exhausted_; }
  [[nodiscard]] bool ended_at_end_marker() const { return is_exhausted_ && is_at_end_; }
  [[nodiscard]] bool has_more() const { return chunks_.position() < bytes_.size(); }

 private:
  bool advance() {
    Chunk chunk;
    while (chunks_.next(chunk)) {
      if (!chunk.is("IHDR") && !chunk.is("PLTE") && !chunk.is("IDAT") && !chunk.is("IEND") &&
          !(with_transparency_ && chunk.is("tRNS"))) {
        continue;
      }
      piece_ = chunk.whole;
      is_at_end_ = chunk.is("IEND") || chunk.is_whole();
      return true;
    }
    is_exhausted_ = true;
    return false;
  }

  Bytes bytes_;
  Chunks chunks_;
  Bytes piece_;
  bool with_transparency_;
  bool is_exhausted_ = false;
  bool is_at_end_ = false;
};

struct State {
  png_structp reader = nullptr;
  png_infop info = nullptr;
  std::array<char, 128> message = {};
  volatile int rows = 0;  // read so far, over all passes; survives a jump
  bool has_all_rows = false;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { png_destroy_read_struct(&reader, &info, nullptr); }
};

[[noreturn]] void on_error(png_structp reader, png_const_charp message) {
  auto* state = static_cast<State*>(png_get_error_ptr(reader));
  std::strncpy(state->message.data(), message, state->message.size() - 1);
  png_longjmp(reader, 1);
}

void on_warning(png_structp, png_const_charp) {}

void on_read(png_structp reader, png_bytep target, std::size_t count) {
  if (!static_cast<Source*>(png_get_io_ptr(reader))->read(target, count)) png_error(reader, "the data ends too early");
}

// Asks libpng for rows in the format of the target.
void set_transformations(png_structp reader, png_infop info, PixelFormat format) {
  const int colour = png_get_color_type(reader, info);
  const bool is_gray = (colour & PNG_COLOR_MASK_COLOR) == 0;
  const bool wants_alpha = channels(format) == 4;
  const bool has_alpha = (colour & PNG_COLOR_MASK_ALPHA) != 0;
  const bool has_transparency = png_get_valid(reader, info, PNG_INFO_tRNS) != 0;

  if (colour == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(reader);
  if (is_gray) png_set_expand_gray_1_2_4_to_8(reader);
  if (wants_alpha && has_transparency) png_set_tRNS_to_alpha(reader);
  png_set_strip_16(reader);  // the high byte
  if (is_gray && format != PixelFormat::gray8) png_set_gray_to_rgb(reader);
  if (!wants_alpha && has_alpha) png_set_strip_alpha(reader);
  if (wants_alpha && !has_alpha && !has_transparency) png_set_add_alpha(reader, 0xFF, PNG_FILLER_AFTER);
  if (format == PixelFormat::bgr8 || format == PixelFormat::bgra8) png_set_bgr(reader);
}

// Asks libpng for the numbers as they are stored, one or two bytes each.
void keep_numbers(png_structp reader) {
  png_set_packing(reader);
  if (std::endian::native == std::endian::little) png_set_swap(reader);
}

// Where rows go, and as what; without a format as the numbers that are stored.
struct RowTarget {
  std::uint8_t* data = nullptr;
  Size size = {};
  std::ptrdiff_t stride = 0;
  std::size_t row_bytes = 0;
  std::optional<PixelFormat> format = std::nullopt;

  [[nodiscard]] bool has_alpha() const { return format && channels(*format) == 4; }
};

enum class Outcome { complete, incomplete };

// Runs libpng with a jump target, without objects that need a destructor.
Outcome read_pixels(State& state, Source& source, Strictness strictness, const RowTarget& target) {
  auto* reader = state.reader;
  auto* info = state.info;
  if (setjmp(png_jmpbuf(reader)) != 0) return Outcome::incomplete;
  png_set_read_fn(reader, &source, on_read);
  png_set_user_limits(reader, static_cast<png_uint_32>(target.size.width),
                      static_cast<png_uint_32>(target.size.height));
  if (strictness == Strictness::lenient) png_set_crc_action(reader, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
  png_read_info(reader, info);
  if (target.format) {
    set_transformations(reader, info, *target.format);
  } else {
    keep_numbers(reader);
  }
  const int passes = png_set_interlace_handling(reader);
  png_read_update_info(reader, info);
  if (png_get_rowbytes(reader, info) != target.row_bytes ||
      png_get_image_height(reader, info) != static_cast<png_uint_32>(target.size.height)) {
    png_error(reader, "the rows do not have the size of the header");
  }
  for (int pass = 0; pass < passes; ++pass) {
    for (int y = 0; y < target.size.height; ++y) {
      png_read_row(reader, target.data + y * target.stride, nullptr);
      state.rows = state.rows + 1;
    }
  }
  state.has_all_rows = true;
  png_read_end(reader, nullptr);
  return Outcome::complete;
}

void read_rows(Bytes bytes, Strictness strictness, const RowTarget& target, ReadReport& report) {
  Source source(bytes, target.has_alpha());
  State state;
  state.reader = png_create_read_struct(PNG_LIBPNG_VER_STRING, &state, on_error, on_warning);
  if (state.reader != nullptr) state.info = png_create_info_struct(state.reader);
  if (state.info == nullptr) fail(ErrorCode::out_of_memory, "PNG image: out of memory");

  const bool is_lenient = strictness == Strictness::lenient;
  if (is_lenient) {
    std::memset(target.data, 0, static_cast<std::size_t>(target.stride) * static_cast<std::size_t>(target.size.height));
  }
  const auto outcome = read_pixels(state, source, strictness, target);
  if (outcome == Outcome::complete) {
    report.has_trailing_bytes = source.has_more();
    return;
  }
  if (state.has_all_rows && source.ended_at_end_marker()) {
    report.is_missing_end = true;
    return;
  }
  const bool is_truncated = source.is_exhausted() && state.rows > 0;
  if (!is_lenient || state.rows == 0) {
    if (is_truncated) fail_truncated(png, "the data ends before the picture does");
    fail_corrupt(png, state.message.data());
  }
  report.is_truncated = is_truncated;
  report.is_corrupt = !is_truncated;
}

}  // namespace

ImageHeader read_png_header(Bytes bytes, const ReadOptions& options) {
  Chunks chunks(bytes);
  Chunk chunk;
  if (!chunks.next(chunk) || !chunk.is("IHDR") || chunk.length != 13 || !chunk.is_whole()) {
    fail_corrupt(png, "the header chunk is missing or cut");
  }
  const auto data = chunk.data();
  const std::uint64_t width = be32(data.data());
  const std::uint64_t height = be32(data.data() + 4);
  check_size(png, {.width = width, .height = height, .channels = channels(options.format)}, options.limits);

  ImageHeader header;
  header.format = png;
  header.size = {static_cast<int>(width), static_cast<int>(height)};
  header.is_gray = (data[9] & PNG_COLOR_MASK_COLOR) == 0;
  while (chunks.next(chunk) && !chunk.is("IEND")) {
    if (chunk.is_side_data() && chunk.length > options.limits.max_chunk_bytes) {
      fail(ErrorCode::image_too_large,
           "PNG image: a chunk beside the picture has {} bytes; at most {} are accepted (limits.max_chunk_bytes)",
           chunk.length, options.limits.max_chunk_bytes);
    }
    if (chunk.is("acTL")) header.is_first_of_several = true;
    if (chunk.is("eXIf")) header.orientation = exif_orientation(chunk.data());
  }
  return header;
}

void decode_png(Bytes bytes, const ImageHeader&, const ReadOptions& options, const PixelTarget& target,
                ReadReport& report) {
  const auto row_bytes = static_cast<std::size_t>(target.size.width) * channels(target.format);
  read_rows(bytes, options.strictness,
            {.data = target.data,
             .size = target.size,
             .stride = target.stride,
             .row_bytes = row_bytes,
             .format = target.format},
            report);
}

GrayPlane decode_gray_plane(Bytes bytes, const MaskReadOptions& options, int max_bits, std::string_view what) {
  const ReadOptions read = {.format = PixelFormat::gray8, .limits = options.limits};
  check_options(read);
  const auto header = read_header(bytes, read);
  if (header.format != png) {
    fail(ErrorCode::unsupported_image, "{} is read from a PNG image only, this is {}", what, to_string(header.format));
  }
  const int bits = bytes[24];  // of the header chunk, which comes first
  const int colour = bytes[25];
  const bool is_palette = colour == PNG_COLOR_TYPE_PALETTE;
  if (is_palette ? options.palette == PaletteRule::refuse : colour != PNG_COLOR_TYPE_GRAY) {
    fail(ErrorCode::dataset_schema, "{} is read from gray values, this PNG has {}", what,
         is_palette ? "a palette (PaletteRule::use_indices reads its indices)" : "colours or transparency");
  }
  if (bits > max_bits) {
    fail(ErrorCode::dataset_schema, "{} is read from gray values of up to {} bits, this PNG has {}", what, max_bits,
         bits);
  }
  if (options.size && *options.size != header.size) {
    fail(ErrorCode::dataset_schema, "{} of {} pixels is expected, this PNG has {}", what, to_string(*options.size),
         to_string(header.size));
  }
  const int value_bytes = bits > 8 ? 2 : 1;
  const auto width = static_cast<std::size_t>(header.size.width);
  const auto height = static_cast<std::size_t>(header.size.height);
  check_size(png, {.width = width, .height = height, .channels = value_bytes}, options.limits);

  GrayPlane plane = {.size = header.size, .values = {}};
  const auto read_into = [&](auto values) {
    values.resize(width * height);
    ReadReport report;
    const auto stride = width * sizeof values[0];
    read_rows(bytes, Strictness::strict,
              {.data = reinterpret_cast<std::uint8_t*>(values.data()),
               .size = header.size,
               .stride = static_cast<std::ptrdiff_t>(stride),
               .row_bytes = stride},
              report);
    plane.values = std::move(values);
  };
  if (value_bytes == 2) {
    read_into(std::vector<std::uint16_t>());
  } else {
    read_into(std::vector<std::uint8_t>());
  }
  return plane;
}

}  // namespace visionkit
