#include <array>
#include <bit>
#include <csetjmp>
#include <cstring>

#include <png.h>

#include "core/fail.hpp"
#include "image/encode.hpp"
#include "image/gray_plane.hpp"

namespace visionkit {
namespace {

struct State {
  png_structp writer = nullptr;
  png_infop info = nullptr;
  std::array<char, 128> message = {};
  std::vector<std::uint8_t> bytes;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { png_destroy_write_struct(&writer, &info); }
};

[[noreturn]] void on_error(png_structp writer, png_const_charp message) {
  auto* state = static_cast<State*>(png_get_error_ptr(writer));
  std::strncpy(state->message.data(), message, state->message.size() - 1);
  png_longjmp(writer, 1);
}

void on_warning(png_structp, png_const_charp) {}

// An exception must not pass through libpng, which is C.
bool append(std::vector<std::uint8_t>& bytes, const std::uint8_t* data, std::size_t count) noexcept {
  try {
    bytes.insert(bytes.end(), data, data + count);
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

void on_write(png_structp writer, png_bytep data, std::size_t count) {
  if (!append(static_cast<State*>(png_get_io_ptr(writer))->bytes, data, count)) png_error(writer, "out of memory");
}

void on_flush(png_structp) {}

int colour_type(PixelFormat format) {
  switch (channels(format)) {
    case 1: return PNG_COLOR_TYPE_GRAY;
    case 4: return PNG_COLOR_TYPE_RGB_ALPHA;
    default: return PNG_COLOR_TYPE_RGB;
  }
}

// Rows as libpng is to take them.
struct Rows {
  const std::uint8_t* data = nullptr;
  Size size = {};
  std::ptrdiff_t stride = 0;
  int bits = 8;
  int colour_type = PNG_COLOR_TYPE_GRAY;
  bool is_bgr = false;
};

// False after an error. No object in here needs a destructor, for libpng may jump out.
bool write_rows(State& state, const Rows& rows, int compression) {
  auto* writer = state.writer;
  if (setjmp(png_jmpbuf(writer)) != 0) return false;
  png_set_write_fn(writer, &state, on_write, on_flush);
  png_set_user_limits(writer, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_compression_level(writer, compression);
  png_set_IHDR(writer, state.info, static_cast<png_uint_32>(rows.size.width),
               static_cast<png_uint_32>(rows.size.height), rows.bits, rows.colour_type, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(writer, state.info);
  if (rows.is_bgr) png_set_bgr(writer);
  if (rows.bits < 8) png_set_packing(writer);
  if (rows.bits > 8 && std::endian::native == std::endian::little) png_set_swap(writer);
  for (int y = 0; y < rows.size.height; ++y) png_write_row(writer, rows.data + y * rows.stride);
  png_write_end(writer, nullptr);
  return true;
}

std::vector<std::uint8_t> encode_rows(const Rows& rows, int compression) {
  State state;
  state.writer = png_create_write_struct(PNG_LIBPNG_VER_STRING, &state, on_error, on_warning);
  if (state.writer != nullptr) state.info = png_create_info_struct(state.writer);
  if (state.info == nullptr) fail(ErrorCode::out_of_memory, "PNG image: out of memory");
  if (!write_rows(state, rows, compression)) {
    fail(ErrorCode::out_of_memory, "PNG image: {} pixels cannot be written: {}", to_string(rows.size),
         state.message.data());
  }
  return std::move(state.bytes);
}

}  // namespace

std::vector<std::uint8_t> encode_png(const ImageView& image, const WriteOptions& options) {
  return encode_rows({.data = image.data,
                      .size = image.size(),
                      .stride = image.stride,
                      .colour_type = colour_type(image.format),
                      .is_bgr = image.format == PixelFormat::bgr8 || image.format == PixelFormat::bgra8},
                     options.png_compression);
}

std::vector<std::uint8_t> encode_gray_plane(const GrayPlaneView& plane, int png_compression) {
  return encode_rows({.data = static_cast<const std::uint8_t*>(plane.values),
                      .size = plane.size,
                      .stride = std::ptrdiff_t{plane.size.width} * (plane.bits > 8 ? 2 : 1),
                      .bits = plane.bits},
                     png_compression);
}

}  // namespace visionkit
